// What one wrong bit does to a frame (ISO 11898-1, error detection and signalling). Bits are found by their field, not by number.
import { describe, expect, test } from 'vitest';
import { classicFrame, fdFrame } from '../../../../src/bus/bus.ts';
import { type BitField, bitSequence } from '../../../../src/bus/virtualCan/bits/bitSequence.ts';
import {
  ackError,
  collisionError,
  errorForAll,
  errorForOne,
  firstDifference,
  silenceError,
  type WireError,
} from '../../../../src/bus/virtualCan/errors/wireError.ts';
import { present } from '../../support/harness.ts';

const bits = bitSequence(classicFrame(0x555, Uint8Array.of(0x55, 0xaa)));
const last = bits.length - 1;
const at = (field: BitField, which = 0): number => {
  const places = bits.flatMap((bit, index) => (bit.field === field ? [index] : []));
  return present(places[which < 0 ? places.length + which : which]);
};
const some = (parts: Partial<WireError>) => expect.objectContaining(parts);

describe('a bit that is wrong for all', () => {
  test('a recessive id bit seen dominant: the sender gives way, and six recessive bits later all signal', () => {
    const recessive = bits.findIndex(({ field, bit, isStuff }) => field === 'arbitration' && bit === 1 && !isStuff);
    expect(errorForAll(bits, recessive, false)).toEqual({
      flagAtBit: recessive + 7,
      flagBits: 6,
      senderStopped: true,
      senderSpared: false,
      delivered: false,
    });
  });

  test('a dominant id bit seen recessive: the sender signals at once, the others after six dominant bits', () => {
    const dominant = bits.findIndex(({ field, bit }) => field === 'arbitration' && bit === 0);
    expect(errorForAll(bits, dominant, false)).toEqual(
      some({ flagAtBit: dominant + 1, flagBits: 12, senderStopped: false }),
    );
  });

  test('a recessive stuff bit of the id seen dominant: the sender signals, but does not count it', () => {
    const zeros = bitSequence(classicFrame(0x00f, Uint8Array.of()));
    const stuff = zeros.findIndex(({ isStuff, bit }) => isStuff && bit === 1);
    expect(zeros[stuff]?.field).toBe('arbitration');
    expect(errorForAll(zeros, stuff, false)).toEqual(some({ flagAtBit: stuff + 1, senderSpared: true }));
    const dominant = zeros.findIndex(({ bit, field, isStuff }) => bit === 0 && field === 'arbitration' && !isStuff);
    expect(errorForAll(zeros, dominant, false)).toEqual(some({ senderSpared: false }));
  });

  test.each([
    [0, 11],
    [1, 10],
    [3, 8],
  ])('a recessive bit seen dominant after %i dominant ones: flags of %i bits', (before, flagBits) => {
    const sequence = bitSequence(classicFrame(0x555, Uint8Array.of(0x55, 0xe3, 0x8e)));
    const text = sequence.map(({ bit }) => bit).join('');
    const index = text.indexOf(`1${'0'.repeat(before)}1`, at('stuffed', 4)) + before + 1;
    expect(errorForAll(sequence, index, false)).toEqual(some({ flagAtBit: index + 1, flagBits }));
  });

  test('six equal bits in a row: all signal at once', () => {
    const zeros = bitSequence(classicFrame(0, Uint8Array.of()));
    const stuff = zeros.findIndex(({ isStuff }) => isStuff);
    expect(errorForAll(zeros, stuff, false)).toEqual(some({ flagAtBit: stuff + 1, flagBits: 6 }));
  });

  test.each<[BitField, number, number]>([
    ['delimiter', 0, 6],
    ['ack', 0, 7],
    ['ackDelimiter', 0, 6],
    ['eof', 0, 6],
    ['eof', 5, 6],
  ])('in %s %i: flags of %i bits, nobody takes the frame', (field, which, flagBits) => {
    const index = at(field, which);
    expect(errorForAll(bits, index, false)).toEqual({
      flagAtBit: index + 1,
      flagBits,
      senderStopped: false,
      senderSpared: false,
      delivered: false,
    });
  });

  test('in the last bit of EOF: the receivers have the frame, the sender sends it again', () => {
    expect(errorForAll(bits, last, false)).toEqual(some({ flagAtBit: last + 1, delivered: true }));
  });
});

describe('a bit that is wrong for one receiver', () => {
  test('without six in a row: signalled after the ACK delimiter, for the CRC', () => {
    const index = bits.findIndex(({ field }, place) => field === 'stuffed' && place > 22);
    expect(errorForOne(bits, index)).toEqual(some({ flagAtBit: at('eof'), flagBits: 7, delivered: false }));
  });

  test('a stuff bit: signalled at once', () => {
    const zeros = bitSequence(classicFrame(0, Uint8Array.of()));
    const stuff = zeros.findIndex(({ isStuff }) => isStuff);
    expect(errorForOne(zeros, stuff)).toEqual(some({ flagAtBit: stuff + 1, delivered: false }));
  });

  test('a fixed stuff bit of CAN FD: signalled at once', () => {
    const fd = bitSequence(fdFrame(0x555, Uint8Array.of(0x55)));
    const fixed = fd.findIndex(({ field, isStuff }) => field === 'fixedStuffed' && isStuff);
    expect(errorForOne(fd, fixed)?.flagAtBit).toBe(fixed + 1);
  });

  test('in the ACK slot and in the last bit of EOF: no difference', () => {
    expect(errorForOne(bits, at('ack'))).toBeUndefined();
    expect(errorForOne(bits, last)).toBeUndefined();
  });

  test('in the last but one bit of EOF: the other receivers have the frame, and get it again', () => {
    expect(errorForOne(bits, last - 1)).toEqual(some({ flagAtBit: last, delivered: true }));
    expect(errorForOne(bits, last - 2)).toEqual(some({ delivered: false }));
  });
});

describe('the fixed stuff bits of CAN FD, wrong for all', () => {
  const fd = bitSequence(fdFrame(0x555, Uint8Array.of(0x55)));
  const places = fd.flatMap(({ field }, index) => (field === 'fixedStuffed' ? [index] : []));

  test('all see it in that very bit, and signal at once', () => {
    const fixed = places.filter((index) => fd[index]?.isStuff);
    expect(fixed).toHaveLength(6);
    for (const index of fixed) {
      expect(errorForAll(fd, index, false)).toEqual(some({ flagAtBit: index + 1, flagBits: 6 }));
    }
  });

  test.each(places.filter((index) => !fd[index]?.isStuff))(
    'bit %i, of the stuff count or CRC: the others see the flag in the next fixed stuff bit, or in the delimiter',
    (index) => {
      const { flagBits } = errorForAll(fd, index, false);
      const next = fd.findIndex(({ isStuff, field }, at) => at > index && (isStuff || field === 'delimiter'));
      // Right after a bit seen recessive, a dominant one is what a stuff bit is to be: only the sixth dominant bit tells.
      const isAsItShould = next === index + 1 && fd[index]?.bit === 0 && fd[next]?.isStuff === true;
      expect(flagBits).toBe(6 + (isAsItShould ? 6 : next - index));
    },
  );
});

describe('a sender that falls silent', () => {
  const zeros = bitSequence(classicFrame(0x555, Uint8Array.of(0, 0)));

  test('after dominant bits: the receivers signal after six recessive ones', () => {
    const count = zeros.findIndex(({ bit }, index) => index > 20 && bit === 0 && zeros[index - 1]?.bit === 0) + 1;
    expect(silenceError(zeros, count)).toEqual(some({ flagAtBit: count + 6, flagBits: 6, delivered: false }));
  });

  test('after a recessive bit: one bit earlier', () => {
    const count = zeros.findIndex(({ isStuff }) => isStuff) + 1;
    expect([zeros[count - 1]?.bit, zeros[count - 2]?.bit]).toEqual([1, 0]);
    expect(silenceError(zeros, count)?.flagAtBit).toBe(count + 5);
  });

  test('too late for six: signalled for the CRC, after the ACK delimiter', () => {
    const end = zeros.findIndex(({ field }) => field === 'delimiter');
    const lastDominant = zeros.findLastIndex(({ bit }, index) => index < end && bit === 0);
    expect(end - lastDominant).toBeLessThan(6);
    expect(zeros[lastDominant - 1]?.bit).toBe(0);
    expect(silenceError(zeros, lastDominant)).toEqual(
      some({ flagAtBit: zeros.findIndex(({ field }) => field === 'eof'), delivered: false }),
    );
  });

  test('in the CRC of CAN FD: seen in the next fixed stuff bit that follows a recessive one', () => {
    const fd = bitSequence(fdFrame(0x555, Uint8Array.of(0x55)));
    const places = fd.flatMap(({ isStuff, field }, index) => (isStuff && field === 'fixedStuffed' ? [index] : []));
    const [, second = 0, third = 0] = places;
    expect(silenceError(fd, second - 2)?.flagAtBit).toBe(second + 1);
    expect(silenceError(fd, second)?.flagAtBit).toBe((fd[second - 1]?.bit === 1 ? second : third) + 1);
  });

  test('when all that is left is recessive, or the receivers’: no difference', () => {
    const end = zeros.findIndex(({ field }) => field === 'delimiter');
    for (let count = end; count <= zeros.length; count += 1) expect(silenceError(zeros, count)).toBeUndefined();
  });
});

test('nobody acknowledges: signalled after the ACK slot', () => {
  expect(ackError(bits)).toEqual(some({ flagAtBit: at('ack') + 1, flagBits: 6 }));
});

test('a collision is signalled where the frames differ', () => {
  const other = bitSequence(classicFrame(0x555, Uint8Array.of(0x54, 0xaa)));
  const index = present(firstDifference(bits, other));
  expect([bits[index]?.bit, other[index]?.bit]).toEqual([1, 0]);
  expect(collisionError(other, index).flagAtBit).toBe(index + 1);
  expect(firstDifference(bits, bits)).toBeUndefined();
});

test('a bit that the frame does not have is a bug of the caller', () => {
  expect(() => errorForAll(bits, bits.length, false)).toThrow(RangeError);
  expect(() => errorForOne(bits, bits.length)).toThrow(RangeError);
});
