import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { metadataChunkBytesMax } from '../../src/core/limits.ts';
import { KIB, MIB } from '../../src/core/units.ts';
import type { RequestBody } from '../../src/messages/codec.ts';
import { receivedFilesBytesMax, receivedFilesMax } from '../../src/secondary/limits.ts';
import {
  Bench,
  bankBytes,
  begin,
  blockBytes,
  hardwareOf,
  imageBytes,
  imageName,
  present,
  serials,
} from '../ecu/support/bench.ts';
import { type CutMoment, cutMoments, Fuse, fusedFlash, fusedStorage, PowerCut } from '../ecu/support/powerCut.ts';
import { offered, SecondaryBench, timing, verifyRequest } from './support/secondaryBench.ts';

const chunk = (file: string, totalLength: number, offset: number, data: Uint8Array): RequestBody => ({
  name: 'metadata',
  file,
  totalLength,
  offset,
  data,
});
const announce: RequestBody = { name: 'imageStart', filename: imageName('partial', 2) };

describe.each(['full', 'partial', 'partial+root'] as const)('an update of a %s Secondary', (mode) => {
  const serial = mode === 'full' ? 'full' : 'partial';
  it('goes through its states in order, and ends in the new image [P1]', () => {
    const one = offered({ mode });
    expect(one.update()).toBe('installing');
    expect(one.onlooker.states).toEqual([
      'booting',
      'idle',
      'verifyingMetadata',
      'awaitingImage',
      'receivingImage',
      'verifyingImage',
      'installing',
      'rebooting',
      'booting',
      'idle',
    ]);
    expect(one.runs).toBe(imageName(serial, 2));
    expect(one.secondary.ecu.banks.runningSha256()).toBe(one.secondary.ecu.banks.running.hashes.sha256);
    expect(one.onlooker.faults).toEqual([]);
    expect(one.update()).toBe('nothing to install');
  });

  it('trusts what its mode is to hold, and nothing else [L1 L2 K5]', () => {
    const one = offered({ mode });
    one.verified();
    const names = one.bench
      .ecu(serial)
      .ports.storage.names()
      .filter((name) => name.startsWith('trusted/'));
    const roles = (repository: string) =>
      ['root', 'snapshot', 'targets', 'timestamp'].map((role) => `trusted/${repository}/${role}.json`);
    expect(names.toSorted()).toEqual(
      mode === 'full'
        ? [...roles('director'), ...roles('image')]
        : ['trusted/director/root.json', 'trusted/director/targets.json'],
    );
  });

  it('after an image that does not come up runs the old one, says so, and takes the next try [P12]', () => {
    const one = offered({ mode });
    one.bench.ecu(serial).failNextActivation = true;
    expect(one.update()).toBe('installing');
    expect(one.runs).toBe(imageName(serial, 1));
    expect(one.onlooker.codes).toEqual(['activation-failed']);
    expect(one.update()).toBe('installing');
    expect(one.runs).toBe(imageName(serial, 2));
  });

  it('resumes after a restart in the middle of the transfer [P12]', () => {
    const one = offered({ mode });
    one.verified();
    one.ask({ name: 'imageStart', filename: imageName(serial, 2) });
    one.ask(one.block(0));
    one.boot();
    one.bench.pass(timing.bootMs);
    expect(one.verified()).toMatchObject({ name: 'verified', filename: imageName(serial, 2) });
    expect(one.ask({ name: 'imageStart', filename: imageName(serial, 2) })).toMatchObject({ nextOffset: blockBytes });
    expect(one.giveImage()).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('installing');
    one.bench.pass(200);
    expect(one.runs).toBe(imageName(serial, 2));
  });
});

describe.each([
  ['', []],
  [' to an encrypted image', ['partial']],
] as const)('a power cut during a Secondary’s update%s', (_what, encrypted) => {
  /** Cuts at a write; gives whether the update came to its end before. */
  function cut(write: number, moment: CutMoment): { finished: boolean; one: SecondaryBench } {
    const bench = new Bench(serials, { encrypted });
    const fuse = new Fuse();
    const { storage, flash } = bench.ecu('partial').ports;
    const one = offered({ bench, ports: { storage: fusedStorage(storage, fuse), flash: fusedFlash(flash, fuse) } });
    fuse.set(write, moment);
    let finished = true;
    try {
      one.update();
    } catch (cause) {
      if (!(cause instanceof PowerCut)) throw cause;
      finished = false;
    }
    fuse.mend();
    one.boot();
    bench.pass(timing.bootMs);
    return { finished, one };
  }

  it.each(cutMoments)('%s any write leaves it running and ready for the next try [P12]', (moment) => {
    let writes = 0;
    for (let finished = false; !finished; ) {
      writes += 1;
      const result = cut(writes, moment);
      finished = result.finished;
      const { banks } = result.one.secondary.ecu;
      expect([imageName('partial', 1), imageName('partial', 2)]).toContain(banks.running.filename);
      expect(banks.runningSha256()).toBe(banks.running.hashes.sha256);
      if (result.one.runs === imageName('partial', 1)) expect(result.one.update()).toBe('installing');
      expect(result.one.runs).toBe(imageName('partial', 2));
      expect(result.one.onlooker.codes).toEqual([]);
    }
    expect(writes).toBeGreaterThan(11);
  });
});

describe('a repeated request is harmless:', () => {
  it('the time twice, since the first answer may have been lost [Y3]', () => {
    const one = offered();
    const attestation = one.bench.attest([one.token()]);
    expect([1, 2, 3].map(() => one.asked({ name: 'time', attestation }))).toEqual(Array(3).fill('timeAccepted'));
    expect(one.onlooker.times).toHaveLength(1);
    expect(one.onlooker.faults).toEqual([]);
  });

  it('but the time of an earlier cycle is a replay [Y3]', () => {
    const one = offered();
    const attestation = one.bench.attest([one.token()]);
    one.ask({ name: 'time', attestation });
    one.token();
    expect(one.asked({ name: 'time', attestation })).toBe('time-token-mismatch');
    expect(one.onlooker.faults).toMatchObject([{ attack: 'time-replay' }]);
  });

  it('a chunk twice, and a whole file twice [M8]', () => {
    const one = offered();
    one.giveTime();
    const targets = present(one.bench.bundle('partial').get('director/targets.json'));
    const half = targets.length >> 1;
    const first = chunk('director/targets.json', targets.length, 0, targets.subarray(0, half));
    const second = chunk('director/targets.json', targets.length, half, targets.subarray(half));
    for (const each of [first, first, second, second, first, second]) expect(one.asked(each)).toBe('metadataStored');
    expect(one.asked(verifyRequest)).toBe('verified');
  });

  it('verify twice, also while it verifies: the latest request is answered [P1]', () => {
    const one = offered();
    expect(one.verified()).toMatchObject({ filename: imageName('partial', 2) });
    expect(one.ask(verifyRequest)).toMatchObject({ name: 'verified', filename: imageName('partial', 2) });
    const first = one.tell(verifyRequest);
    one.bench.pass(5);
    const second = one.tell(verifyRequest);
    one.bench.pass(timing.verifyMs);
    expect(one.answerTo(first)).toBeUndefined();
    expect(one.answerTo(second)).toMatchObject({ filename: imageName('partial', 2) });
    expect(one.giveImage()).toBe('sent');
  });

  it('an image announced twice, a block twice, a stale block [P6]', () => {
    const one = offered();
    one.verified();
    expect(one.ask(announce)).toMatchObject({ nextOffset: 0 });
    expect(one.ask(announce)).toMatchObject({ nextOffset: 0 });
    expect(one.ask(one.block(0))).toMatchObject({ nextOffset: 256 });
    expect(one.ask(one.block(0))).toMatchObject({ nextOffset: 256 });
    expect(one.ask(one.block(256))).toMatchObject({ nextOffset: 512 });
    expect(one.ask(one.block(0))).toMatchObject({ nextOffset: 512 });
    expect(one.ask(announce)).toMatchObject({ nextOffset: 512 });
    expect(one.giveImage()).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('installing');
  });

  it('a block repeated while it is written: the latest request is answered, in time for one write [P6]', () => {
    const one = offered();
    one.verified();
    one.ask(announce);
    const first = one.tell(one.block(0));
    one.bench.pass(4);
    const second = one.tell(one.block(0));
    one.bench.pass(7);
    expect(one.answerTo(first)).toBeUndefined();
    expect(one.answerTo(second)).toMatchObject({ name: 'blockStored', nextOffset: 256 });
    // One that was stored before takes no time at all.
    const third = one.tell(one.block(0));
    one.bench.pass(1);
    expect(one.answerTo(third)).toMatchObject({ nextOffset: 256 });
  });

  it('install twice [P10]', () => {
    const one = offered();
    one.verified();
    one.giveImage();
    const first = one.tell({ name: 'install' });
    one.bench.pass(5);
    const second = one.tell({ name: 'install' });
    one.bench.pass(timing.verifyMs);
    expect(one.asked({ name: 'install' })).toBe('installing');
    expect(one.answerTo(first)).toBeUndefined();
    expect(one.answerTo(second)).toMatchObject({ name: 'installing' });
    one.bench.pass(200);
    expect(one.reboots).toBe(1);
    expect(one.asked({ name: 'install' })).toBe('unexpected-message');
    expect(one.runs).toBe(imageName('partial', 2));
  });
});

describe('a Secondary whose Primary falls silent', () => {
  it('leaves the half-done update after a while, and takes it up again when asked [P12]', () => {
    const one = offered();
    one.verified();
    one.ask(announce);
    one.ask(one.block(0));
    one.bench.pass(timing.silenceMs - 1);
    expect(one.onlooker.state).toBe('receivingImage');
    one.ask(one.block(256));
    one.bench.pass(timing.silenceMs - 50);
    expect(one.onlooker.state).toBe('receivingImage');
    one.bench.pass(100);
    expect(one.onlooker.state).toBe('idle');
    expect(one.asked(one.block(512))).toBe('unexpected-message');
    one.verified();
    expect(one.ask(announce)).toMatchObject({ nextOffset: 512 });
  });

  it('does not wait for an image for ever', () => {
    const one = offered();
    one.verified();
    one.bench.pass(timing.silenceMs + 1);
    expect(one.onlooker.state).toBe('idle');
  });
});

describe('the protocol version', () => {
  it.each([
    [1, 1, 'welcome'],
    [1, 9, 'welcome'],
    [0, 1, 'welcome'],
    [2, 9, 'unsupported-protocol'],
    [0, 0, 'unsupported-protocol'],
    [2, 1, 'unsupported-protocol'],
    [0xffff_ffff, 0xffff_ffff, 'unsupported-protocol'],
  ])('from %i to %i is answered with %s [M1]', (versionMin, versionMax, answer) => {
    expect(SecondaryBench.ready().asked({ name: 'hello', versionMin, versionMax })).toBe(answer);
  });

  it('is the highest that both speak, and comes with what the Primary is to know', () => {
    const hello = { name: 'hello', versionMin: 1, versionMax: 7 } as const;
    const welcome = {
      version: 1,
      ecuSerial: 'full',
      blockBytesMax: blockBytes,
      directorRootVersion: 1,
      imageRootVersion: 1,
    };
    expect(SecondaryBench.ready({ mode: 'full' }).ask(hello)).toEqual({ name: 'welcome', ...welcome });
    expect(SecondaryBench.ready().ask(hello)).toMatchObject({ ecuSerial: 'partial', imageRootVersion: 0 });
  });
});

describe('metadata that is sent to a Secondary', () => {
  const some = (length: number) => new Uint8Array(length).fill(0x20);

  it.each([
    ['a chunk longer than allowed', chunk('a', 10_000, 0, some(metadataChunkBytesMax + 1)), 'oversized'],
    ['a file longer than allowed', chunk('a', 8 * MIB + 1, 0, some(1)), 'oversized'],
    ['a file of 4 GiB', chunk('a', 0xffff_ffff, 0, some(1)), 'oversized'],
    ['a chunk past the end of its file', chunk('a', 10, 8, some(3)), 'oversized'],
    ['an offset near 4 GiB', chunk('a', 10, 0xffff_ffff, some(1)), 'oversized'],
    ['a name longer than allowed', chunk('x'.repeat(60_000), 10, 0, some(1)), 'oversized'],
    ['a chunk without the one before', chunk('a', 10, 5, some(1)), 'unexpected-message'],
    ['an empty file', chunk('a', 0, 0, some(0)), 'metadataStored'],
    ['a name of a prototype', chunk('__proto__', 1, 0, some(1)), 'metadataStored'],
  ])('%s [V1 M8]', (_what, body, answer) => {
    expect(SecondaryBench.ready().asked(body)).toBe(answer);
  });

  it('a chunk that leaves a gap, or changes the file’s length, is refused; the file goes on where it was', () => {
    const one = SecondaryBench.ready();
    expect(one.asked(chunk('a', 30, 0, some(10)))).toBe('metadataStored');
    expect(one.asked(chunk('a', 30, 11, some(10)))).toBe('unexpected-message');
    expect(one.asked(chunk('a', 31, 10, some(10)))).toBe('unexpected-message');
    expect(one.asked(chunk('a', 30, 10, some(20)))).toBe('metadataStored');
  });

  it('takes the roots of years off the road, and is bounded in number; what was too much leaves room for a new try [P12]', () => {
    const one = offered({ mode: 'full' });
    one.giveTime();
    const file = (version: number) => chunk(`director/${version}.root.json`, 1, 0, some(1));
    let taken = 0;
    while (one.asked(file(1000 + taken)) === 'metadataStored') taken += 1;
    expect(taken).toBe(receivedFilesMax);
    expect(one.onlooker.faults.at(-1)).toMatchObject({ code: 'oversized', attack: 'endless-data' });
    expect(one.update()).toBe('installing');
  });

  it('is bounded in memory all together; what was too much leaves room for a new try [P12]', () => {
    const one = offered({ mode: 'full' });
    const whole = Math.floor(receivedFilesBytesMax / (8 * MIB));
    const rest = receivedFilesBytesMax - whole * 8 * MIB;
    for (let file = 0; file < whole; file += 1) {
      expect(one.asked(chunk(`${file}`, 8 * MIB, 0, some(1)))).toBe('metadataStored');
    }
    // The same file begun anew counts once.
    expect(one.asked(chunk('0', 8 * MIB, 0, some(1)))).toBe('metadataStored');
    expect(one.asked(chunk('rest', rest, 0, some(1)))).toBe('metadataStored');
    expect(one.asked(chunk('more', 1, 0, some(1)))).toBe('oversized');
    expect(one.update()).toBe('installing');
  });

  it('is judged as far as it came: half a file is a fault [V1]', () => {
    const one = offered();
    one.giveTime();
    const targets = present(one.bench.bundle('partial').get('director/targets.json'));
    one.ask(chunk('director/targets.json', targets.length, 0, targets.subarray(0, 100)));
    expect(one.asked(verifyRequest)).toBe('malformed');
    expect(one.onlooker.state).toBe('idle');
  });

  it('that is missing altogether is a fault, not a hang', () => {
    const one = offered();
    one.giveTime();
    expect(one.asked(verifyRequest)).toBe('missing-file');
  });

  it('that names no image for this ECU leaves the Targets of before in place [P5]', () => {
    const one = offered();
    one.verified();
    const before = one.secondary.ecu.trusted.director.targets?.body.version;
    // The same Director, had it never wanted anything of this ECU.
    const other = new Bench(['primary', 'full']);
    other.report();
    other.offer('full', 3);
    other.report();
    one.giveMetadata(other.bundle('partial'));
    expect(one.ask(verifyRequest)).toMatchObject({ name: 'verified', filename: '' });
    expect(one.secondary.ecu.trusted.director.targets?.body.version).toBe(before);
  });
});

describe('an image that is sent to a Secondary', () => {
  it('larger than its bank is refused before a byte of it comes [P6]', () => {
    const one = offered();
    one.bench.offer('partial', 3, new Uint8Array(bankBytes + 1));
    one.bench.report();
    expect(one.verified()).toMatchObject({ name: 'refusal', code: 'image-too-large', attack: 'endless-data' });
    expect(one.asked({ name: 'imageStart', filename: imageName('partial', 3) })).toBe('unexpected-message');
  });

  it('as large as its bank fits [P9]', () => {
    const one = offered();
    const bytes = new Uint8Array(bankBytes).fill(7);
    one.bench.offer('partial', 3, bytes);
    one.bench.report();
    one.verified();
    expect(one.giveImage(imageName('partial', 3), bytes)).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('installing');
  });

  it('of no bytes is installed without a block [P9]', () => {
    const one = offered();
    one.bench.offer('partial', 3, new Uint8Array());
    one.bench.report();
    one.verified();
    expect(one.giveImage(imageName('partial', 3), new Uint8Array())).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('installing');
    one.bench.pass(200);
    expect(one.runs).toBe(imageName('partial', 3));
  });

  it('with a changed byte is forgotten and reported, and a good one follows [P7 P12]', () => {
    const one = offered();
    one.verified();
    const bytes = imageBytes('partial', 2);
    bytes[300] = (bytes[300] ?? 0) ^ 1;
    expect(one.giveImage(imageName('partial', 2), bytes)).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('hash-mismatch');
    expect(one.onlooker.faults).toMatchObject([{ code: 'hash-mismatch', attack: 'arbitrary-installation' }]);
    expect(one.runs).toBe(imageName('partial', 1));
    expect(one.update()).toBe('installing');
    expect(one.runs).toBe(imageName('partial', 2));
  });

  it('cut short is not installed [P9]', () => {
    const one = offered();
    one.verified();
    one.ask(announce);
    one.ask(one.block(0));
    expect(one.asked({ name: 'install' })).toBe('length-mismatch');
    expect(one.runs).toBe(imageName('partial', 1));
  });

  it('that goes on past its end, or in blocks longer than agreed, is not stored [P6]', () => {
    const one = offered();
    one.verified();
    one.ask(announce);
    const bytes = imageBytes('partial', 2);
    expect(one.ask({ name: 'imageBlock', offset: 0, data: bytes.subarray(0, blockBytes + 1) })).toMatchObject({
      nextOffset: 0,
    });
    for (const offset of [0, 256, 512]) one.ask(one.block(offset));
    const end = new Uint8Array(blockBytes);
    expect(one.ask({ name: 'imageBlock', offset: 768, data: end })).toMatchObject({ nextOffset: 768 });
    expect(one.ask(one.block(768))).toMatchObject({ nextOffset: bytes.length });
    expect(one.ask({ name: 'imageBlock', offset: bytes.length, data: Uint8Array.of(1) })).toMatchObject({
      nextOffset: bytes.length,
    });
    expect(one.asked({ name: 'install' })).toBe('installing');
  });

  it('under another name than announced is not taken into the place of what was there: an ECU never reports what it does not run [P4 O3]', () => {
    const one = offered();
    expect(one.update()).toBe('installing');
    one.bench.offer('partial', 3);
    one.bench.report();
    one.verified();
    // The other bank's record still describes release 1.
    expect(one.asked({ name: 'imageStart', filename: 'something-else' })).toBe('unexpected-message');
    const bytes = imageBytes('partial', 3);
    for (let offset = 0; offset < bytes.length; offset += blockBytes) {
      expect(one.asked(one.block(offset, bytes))).toBe('unexpected-message');
    }
    expect(one.asked({ name: 'install' })).toBe('unexpected-message');
    one.bench.pass(200);
    expect(one.runs).toBe(imageName('partial', 2));
    expect(one.giveImage(imageName('partial', 3), bytes)).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('installing');
    one.bench.pass(200);
    expect(one.runs).toBe(imageName('partial', 3));
  });

  it.each(['full', 'partial'] as const)('made for other hardware than a %s Secondary is, is refused [P7]', (mode) => {
    const bench = new Bench();
    const { identity } = bench.ecu(mode).ports;
    const one = offered({ mode, bench, ports: { identity: { ...identity, hardwareId: 'hw-rebuilt' } } });
    const message = expect.stringContaining(`made for hw-${mode}, this ECU is hw-rebuilt`);
    expect(one.verified()).toMatchObject({ code: 'wrong-hardware', clause: 'P7', message });
  });

  it('on whose hardware the repositories disagree is refused by a full Secondary, which knows what it is [R10.3]', () => {
    const one = offered({ mode: 'full' });
    const { director, imageRepository } = one.bench.servers;
    const bytes = imageBytes('full', 3);
    const mustMatch = { hardwareIds: [hardwareOf('full')], releaseCounter: 3 };
    const listed = imageRepository.add(imageName('full', 3), bytes, mustMatch);
    imageRepository.publish(one.bench.now());
    director.assign('full', { ...listed, mustMatch: { ...mustMatch, hardwareIds: [hardwareOf('partial')] } });
    one.bench.report();
    const message = expect.stringContaining('odd: the Director, full is hw-full');
    expect(one.verified()).toMatchObject({ code: 'repositories-disagree', clause: 'R10.3', message });
  });

  it('of a lower release counter is refused [P7]', () => {
    const one = offered();
    one.update();
    one.bench.offer('partial', 1);
    one.bench.report();
    expect(one.verified()).toMatchObject({ code: 'rollback', clause: 'P7', attack: 'rollback' });
    expect(one.update()).toBe('refused');
  });
});

describe('a Secondary on its link', () => {
  it('ignores what is no request, and goes on', () => {
    const one = SecondaryBench.ready();
    for (const message of [utf8('garbage'), Uint8Array.of(0xff), new Uint8Array(1000)]) {
      expect(one.link.send(message).ok).toBe(true);
      one.bench.pass(1);
    }
    expect(one.onlooker.network).toHaveLength(3);
    expect(one.asked({ name: 'hello', versionMin: 1, versionMax: 1 })).toBe('welcome');
  });

  it('answers the newest of requests that come faster than answers leave', () => {
    const one = SecondaryBench.ready();
    const peer = present(one.link.peer);
    peer.fate = 'stuck';
    const ids = [1, 2, 3].map(() => {
      const id = one.tell({ name: 'report' });
      one.bench.pass(1);
      return id;
    });
    peer.release();
    one.bench.pass(1);
    expect(one.answers.map(({ id }) => id)).toEqual([present(ids[2])]);
  });

  it('goes on after an answer that could not leave', () => {
    const one = SecondaryBench.ready();
    const peer = present(one.link.peer);
    peer.fate = 'fails';
    expect(one.asked({ name: 'report' })).toBe('silence');
    peer.fate = 'arrives';
    expect(one.asked({ name: 'report' })).toBe('report');
    expect(one.onlooker.network).toHaveLength(1);
  });

  it('whose power is cut says and does nothing more', () => {
    const one = offered();
    one.verified();
    one.giveImage();
    const peer = present(one.link.peer);
    peer.fate = 'stuck';
    one.tell({ name: 'install' });
    one.bench.pass(timing.verifyMs + 1);
    // One answer is on its way, the next waits for it.
    one.tell({ name: 'install' });
    one.bench.pass(1);
    const before = { states: [...one.onlooker.states], sent: [...one.onlooker.sent], offered: peer.offered };
    expect(before.states.at(-1)).toBe('installing');
    one.secondary.stop();
    peer.release();
    one.bench.pass(5000);
    expect(one.asked({ name: 'report' })).toBe('silence');
    expect(one.onlooker).toMatchObject({ states: before.states, sent: before.sent });
    expect(peer.offered).toBe(before.offered);
    expect(one.reboots).toBe(0);
  });

  it('reports what it met to the Primary, with its token [O4 Y1]', () => {
    const one = offered();
    one.ask({ name: 'time', attestation: utf8('{}') });
    const answer = one.ask({ name: 'report' });
    const text = answer?.name === 'report' ? Buffer.from(answer.report).toString() : '';
    expect(text).toContain('"code":"malformed"');
    expect(one.token()).toBe(one.secondary.ecu.timeToken);
    expect(text.length).toBeLessThan(8 * KIB);
    expect(begin).toBeGreaterThan(0);
  });
});
