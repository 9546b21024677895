import { describe, expect, it } from 'vitest';
import { encryptedBlockPlainBytes } from '../../src/core/limits.ts';
import { createRandom } from '../../src/core/random.ts';
import { sealedBlockBytes } from '../../src/crypto/encryption/imageEncryption.ts';
import { imageName } from '../ecu/support/bench.ts';
import { offered, timing } from './support/secondaryBench.ts';

const plain = createRandom('a long image').bytes(3 * encryptedBlockPlainBytes + 700);

/** On offer: an image that is encrypted for this ECU, and what is sent of it. */
function offeredEncrypted(mode: 'full' | 'partial' = 'partial') {
  const one = offered({ mode, encrypted: true });
  one.bench.offer(one.serial, 3, plain);
  one.bench.report();
  const sealed = one.bench.sentBytes(one.serial, 3);
  return { one, sealed, filename: imageName(one.serial, 3) };
}

describe.each(['full', 'partial'] as const)('a %s Secondary whose images are encrypted', (mode) => {
  it('opens the image on its way into flash, checks it in plain and boots it [P8 P7 P9]', () => {
    const { one, sealed, filename } = offeredEncrypted(mode);
    expect(one.verified()).toMatchObject({ name: 'verified', filename, length: plain.length });
    expect(one.giveImage(filename, sealed)).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('installing');
    one.bench.pass(200);
    expect(one.runs).toBe(filename);
    expect(one.bench.ecu(mode).ports.flash.read(1, 0, plain.length)).toEqual(plain);
    expect(one.onlooker.faults).toEqual([]);
  });

  it('resumes after a restart at the border of a block [P12]', () => {
    const { one, sealed, filename } = offeredEncrypted(mode);
    one.verified();
    one.ask({ name: 'imageStart', filename });
    for (let offset = 0; offset < sealedBlockBytes + 512; offset += 256) one.ask(one.block(offset, sealed));
    one.boot();
    one.bench.pass(timing.bootMs);
    one.verified();
    expect(one.ask({ name: 'imageStart', filename })).toMatchObject({ nextOffset: sealedBlockBytes });
    expect(one.giveImage(filename, sealed)).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('installing');
  });

  it('gives up an image with a changed bit as soon as its block does not open, says so, and takes the right one [P8 P12]', () => {
    const { one, sealed, filename } = offeredEncrypted(mode);
    one.verified();
    one.ask({ name: 'imageStart', filename });
    const changed = sealed.with(300, (sealed[300] ?? 0) ^ 1);
    let answer = '';
    let offset = 0;
    for (; answer !== 'decryption-failed' && offset < sealed.length; offset += 256) {
      answer = one.asked(one.block(offset, changed));
    }
    expect(answer).toBe('decryption-failed');
    expect(offset).toBeLessThan(sealedBlockBytes + 2 * 256);
    // The answer may be lost: whoever goes on is told again.
    expect(one.asked(one.block(offset, changed))).toBe('decryption-failed');
    expect(one.asked({ name: 'install' })).toBe('decryption-failed');
    const fault = { code: 'decryption-failed', clause: 'P8', attack: 'arbitrary-installation', file: filename };
    expect(one.onlooker.faults).toMatchObject([fault]);
    expect(one.runs).toBe(imageName(mode, 1));
    one.verified();
    expect(one.giveImage(filename, sealed)).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('installing');
  });

  it('that is sent the image in plain does not take it [P8]', () => {
    const { one, filename } = offeredEncrypted(mode);
    one.verified();
    expect(one.giveImage(filename, plain)).toMatch('stuck');
    expect(one.onlooker.codes).toEqual(['decryption-failed']);
  });
});
