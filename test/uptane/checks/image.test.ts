// P4 to P9: whether an ECU may install what the Director's Targets say, and whether what arrived is that.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import type { Attack, RemoteFaultCode } from '../../../src/core/faults.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import { checkImage, checkTarget, createImageCheck, type InstallingEcu } from '../../../src/uptane/checks/image.ts';
import type { Target, Targets } from '../../../src/uptane/model/metadata.ts';
import { valued } from '../support/expected.ts';
import { begin, succeeded, vin } from '../support/fixtures.ts';

const image = utf8('the image of full-1');
const target: Target = {
  filename: 'motor/app.bin',
  length: image.length,
  hashes: { sha256: hashHex('sha256', image), sha512: hashHex('sha512', image) },
  mustMatch: { hardwareIds: ['hw-a', 'hw-b'], releaseCounter: 7 },
  ecus: new Map([['ecu-1', { hardwareId: 'hw-b' }]]),
};

const listing = (changes: Partial<Target> = {}): Targets => ({
  type: 'targets',
  version: 1,
  expires: begin,
  targets: new Map([
    ['other.bin', { ...target, filename: 'other.bin', ecus: new Map([['ecu-9', { hardwareId: 'hw-b' }]]) }],
    ['motor/app.bin', { ...target, ...changes }],
  ]),
  vin,
  timeserver: undefined,
  delegates: false,
  delegations: undefined,
});

const fault = (code: RemoteFaultCode, clause: string, message: string, attack?: Attack, file = 'motor/app.bin') => ({
  kind: 'remote',
  repository: 'image',
  role: 'targets',
  file,
  code,
  clause,
  message,
  ...(attack !== undefined && { attack }),
});
const ofEntry = (...words: Parameters<typeof fault>) => ({ ...fault(...words), repository: 'director' });
const wrongHardware = (made: string, own: string) =>
  ofEntry('wrong-hardware', 'P7', `made for ${made}, this ECU is ${own}`, 'wrong-software');

describe('the entry of an ECU', () => {
  const ecu: InstallingEcu = { serial: 'ecu-1', hardwareId: 'hw-b', installedReleaseCounter: 7 };
  const rows: readonly [string, Targets, Partial<InstallingEcu>, object | undefined][] = [
    ['is taken, its counter being that of what runs [P4 P7]', listing(), {}, undefined],
    ['is taken where it is newer than what runs [P7]', listing(), { installedReleaseCounter: 6 }, undefined],
    [
      'is missing for an ECU that is not named [P5]',
      listing(),
      { serial: 'ecu-2' },
      ofEntry('no-image-for-ecu', 'P5', 'no image is listed for ecu-2', undefined, 'targets.json'),
    ],
    ['is refused by other hardware [P7]', listing(), { hardwareId: 'hw-c' }, wrongHardware('hw-a, hw-b', 'hw-c')],
    [
      'is refused by hardware that the image allows and the Director took for another [P7]',
      listing(),
      { hardwareId: 'hw-a' },
      wrongHardware('hw-b', 'hw-a'),
    ],
    [
      'is refused by hardware that the Director names and the image does not allow [P7]',
      listing({ mustMatch: { hardwareIds: ['hw-a'], releaseCounter: 7 } }),
      {},
      wrongHardware('hw-a', 'hw-b'),
    ],
    [
      'is refused where it is older than what runs [P7]',
      listing(),
      { installedReleaseCounter: 8 },
      ofEntry('rollback', 'P7', 'release counter 7, installed is 8', 'rollback'),
    ],
    [
      'without a release counter is refused where what runs has one [P7]',
      listing({ mustMatch: { hardwareIds: ['hw-b'], releaseCounter: undefined } }),
      { installedReleaseCounter: 1 },
      ofEntry('rollback', 'P7', 'release counter 0, installed is 1', 'rollback'),
    ],
    ['is taken where its name is one for this ECU [P7]', listing(), { filenames: ['x', 'motor/*.bin'] }, undefined],
    [
      'is refused where its name is not for this ECU [P7]',
      listing(),
      { filenames: ['motor', '*.bin', 'brake/*'] },
      ofEntry('filename-not-allowed', 'P7', 'an image of this name is not for ecu-1', 'wrong-software'),
    ],
    [
      'is refused by an ECU that may install nothing [P7]',
      listing(),
      { filenames: [] },
      ofEntry('filename-not-allowed', 'P7', 'an image of this name is not for ecu-1', 'wrong-software'),
    ],
  ];
  it.each(rows)('%s', (_, targets, changes, expected) => {
    const result = checkTarget(targets, { ...ecu, ...changes });
    if (expected === undefined) expect(succeeded(result)).toBe(targets.targets.get('motor/app.bin'));
    else expect(result).toEqual({ ok: false, fault: expected });
  });

  it('in a form without lists of hardware ids and release counters is judged by what the Director says [P7]', () => {
    const targets = listing({ mustMatch: { hardwareIds: undefined, releaseCounter: undefined } });
    succeeded(checkTarget(targets, { ...ecu, installedReleaseCounter: 0 }));
    expect(checkTarget(targets, { ...ecu, hardwareId: 'hw-a', installedReleaseCounter: 0 })).toEqual({
      ok: false,
      fault: wrongHardware('hw-b', 'hw-a'),
    });
  });
});

describe('an image', () => {
  const forged = 'arbitrary-installation';
  const halves = [image.subarray(0, 5), image.subarray(5)];
  const wrong = (name: 'sha256' | 'sha512'): Target => ({
    ...target,
    hashes: { ...target.hashes, [name]: hashHex(name, utf8('other')) },
  });
  const hash = (name: string) =>
    valued(fault('hash-mismatch', 'P7', `${name} of the image is not the listed one`, forged));
  const short = (length: number) => fault('length-mismatch', 'P9', `${length} bytes where 19 are listed`, forged);
  const rows: readonly [string, Target, number, readonly Uint8Array[], object | undefined][] = [
    ['is accepted in one block [P7 P9]', target, 19, [image], undefined],
    ['is accepted in several blocks [P7 P9]', target, 19, [...halves, new Uint8Array()], undefined],
    [
      'is held to the one hash that is listed [P7]',
      { ...target, hashes: { sha512: target.hashes.sha512 ?? '' } },
      19,
      halves,
      undefined,
    ],
    ['is refused where it is shorter [P9]', target, 18, [image.subarray(1)], short(18)],
    ['is refused where it is longer [P9]', target, 20, [image, utf8('!')], short(20)],
    ['is refused where less was stored than is said [P9]', target, 19, [image.subarray(1)], short(18)],
    ['is refused where nothing was stored [P9]', target, 19, [], short(0)],
    [
      'is refused where more was stored than is said [P6]',
      target,
      19,
      [image, utf8('!')],
      fault('length-mismatch', 'P6', 'longer than the 19 bytes that are listed', 'endless-data'),
    ],
    ['is refused where SHA-256 differs [P7 M6]', wrong('sha256'), 19, [image], hash('sha256')],
    ['is refused where SHA-512 alone differs [P7 M6]', wrong('sha512'), 19, [image], hash('sha512')],
    ['is refused with its blocks out of order [P7]', target, 19, halves.toReversed(), hash('sha256')],
  ];
  it.each(rows)('%s', (_, listed, length, blocks, expected) => {
    const result = checkImage(listed, length, blocks);
    if (expected === undefined) succeeded(result);
    else expect(result).toEqual({ ok: false, fault: expected });
  });

  it('is judged as it arrives, without its length being known before [P6 P9]', () => {
    const judged = (...blocks: readonly Uint8Array[]) => {
      const check = createImageCheck(target);
      for (const block of blocks) check.update(block);
      return check.finish();
    };
    succeeded(judged(...halves));
    expect(judged(image, utf8('!'))).toMatchObject({ fault: { clause: 'P6', attack: 'endless-data' } });
    expect(judged(image.subarray(2))).toEqual({ ok: false, fault: short(17) });
  });
});
