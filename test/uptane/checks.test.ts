// The single checks where the procedures cannot reach, or reach too coarsely: thresholds, the stored Snapshot, images.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import { checkImage, checkTarget } from '../../src/uptane/checks/image.ts';
import { checkSnapshot } from '../../src/uptane/checks/snapshot.ts';
import { checkTargets } from '../../src/uptane/checks/targets.ts';
import { checkThreshold } from '../../src/uptane/checks/threshold.ts';
import { decodeMetadata } from '../../src/uptane/decodeMetadata.ts';
import { faultText, remoteFault } from '../../src/uptane/faults.ts';
import type { SigningKey } from '../../src/uptane/keys.ts';
import type { PublicKey, Target, Targets } from '../../src/uptane/metadata.ts';
import { attacker, impostor, resign } from './attacks.ts';
import { begin, keyNamed, signatures, succeeded, vin, World } from './fixtures.ts';

const context = { signatures, now: begin, repository: 'director', file: 'targets.json' } as const;
const a = keyNamed('a');
const b = keyNamed('b');
const c = keyNamed('c');

describe('a threshold', () => {
  const signedBytes = utf8('payload');
  const signedBy = (...keys: readonly SigningKey[]) => ({
    ...succeeded(decodeMetadata('targets', new World().latest('director', 'targets').bytes)),
    signedBytes,
    signatures: keys.map((key) => ({ keyid: key.keyId, signature: key.sign(signedBytes) })),
  });
  const keys = new Map<string, PublicKey>([a, b, c].map(({ keyId, key }) => [keyId, key]));
  const keyids = [a, b, c].map(({ keyId }) => keyId);
  const alias = { ...a, keyId: 'ff'.repeat(32) };
  const unknown = { ...attacker, keyId: 'aa'.repeat(32) };

  const rows: readonly [string, readonly SigningKey[], number, string | undefined][] = [
    ['is met by exactly as many keys [V3]', [a, b], 2, undefined],
    ['is met by more [V3]', [a, b, c], 2, undefined],
    ['is not met by fewer [V3]', [a], 2, 'threshold-unmet'],
    ['is not met by none [V3]', [], 1, 'threshold-unmet'],
    ['counts one key once, however often it signs [V3]', [a, a, a], 2, 'threshold-unmet'],
    ['counts two identifiers of one key once [V3]', [a, alias], 2, 'threshold-unmet'],
    ['takes no harm from an unknown key [Z5]', [unknown, a, b], 2, undefined],
    ['is not met by unknown keys [V3]', [unknown, attacker], 1, 'threshold-unmet'],
    ['takes no harm from a bad signature beside enough good ones [Z5]', [impostor(a), b, c], 2, undefined],
    ['is not met by a bad signature [V3]', [impostor(a), b], 2, 'bad-signature'],
    ['takes a key’s second, good signature after a bad one [Z5]', [impostor(a), a, b], 2, undefined],
  ];
  it.each(rows)('%s', (_, signers, threshold, code) => {
    const known = new Map(keys).set(alias.keyId, a.key);
    const role = { keyids: [...keyids, alias.keyId], threshold };
    const result = checkThreshold(context, 'V3', signedBy(...signers), role, known);
    if (code === undefined) succeeded(result);
    else expect(result).toMatchObject({ fault: { code, clause: 'V3', attack: 'arbitrary-installation' } });
  });

  it('counts no key of another role [V3]', () => {
    const result = checkThreshold(context, 'V3', signedBy(a, b), { keyids: [c.keyId], threshold: 1 }, keys);
    expect(result).toMatchObject({ fault: { code: 'threshold-unmet' } });
  });

  it('counts no key that the root names but does not list [C1]', () => {
    const result = checkThreshold(context, 'V3', signedBy(a), { keyids, threshold: 1 }, new Map());
    expect(result).toMatchObject({ fault: { code: 'threshold-unmet' } });
  });

  it('is met only over the very payload [V3]', () => {
    const file = { ...signedBy(a), signedBytes: utf8('payloae') };
    expect(checkThreshold(context, 'V3', file, { keyids, threshold: 1 }, keys)).toMatchObject({
      fault: { code: 'bad-signature' },
    });
  });
});

describe('a Snapshot', () => {
  it('of a lower version than the trusted one is a rollback even where no Timestamp is trusted [U4]', () => {
    const world = new World();
    const bytes = world.latest('image', 'snapshot').bytes;
    const { root } = world.provisioned().image;
    const { body } = succeeded(decodeMetadata('snapshot', bytes));
    const listed = { version: 1, length: undefined, hashes: { sha256: hashHex('sha256', bytes) } };
    const at = { ...context, repository: 'image', file: 'snapshot.json' } as const;
    succeeded(checkSnapshot(at, root.body, listed, body, bytes));
    expect(checkSnapshot(at, root.body, listed, { ...body, version: 2 }, bytes)).toMatchObject({
      fault: { code: 'rollback', clause: 'U4', attack: 'rollback' },
    });
  });

  it('is held to every hash that the Timestamp lists [U2 F3]', () => {
    const world = new World();
    const bytes = world.latest('image', 'snapshot').bytes;
    const { root } = world.provisioned().image;
    const hashes = { sha256: hashHex('sha256', bytes), sha512: '00'.repeat(64) };
    const listed = { version: 1, length: undefined, hashes };
    expect(checkSnapshot({ ...context, repository: 'image' }, root.body, listed, undefined, bytes)).toMatchObject({
      fault: { code: 'hash-mismatch', clause: 'U2', message: "sha512 is not the timestamp's" },
    });
  });
});

describe('Image repository Targets', () => {
  it('may name other vehicles, ECUs and delegations: V6 to V8 bind the Director alone [V6 V7 V8 E1]', () => {
    const world = new World();
    const bytes = resign(
      world.latest('image', 'targets').bytes,
      (signed) => Object.assign(signed, { delegations: { keys: {}, roles: [] }, custom: { vin: 'OTHER' } }),
      world.keys.image.targets,
    );
    const at = { ...context, repository: 'image', root: world.provisioned().image.root.body } as const;
    const files = { listed: undefined, trusted: undefined, vin, vehicleEcus: new Set<string>() };
    succeeded(checkTargets({ ...at, ...files }, bytes));
  });
});

const image = utf8('the image of full-1');
const target: Target = {
  filename: 'app.bin',
  length: image.length,
  hashes: { sha256: hashHex('sha256', image), sha512: hashHex('sha512', image) },
  mustMatch: { hardwareIds: ['hw-a', 'hw-b'], releaseCounter: 7 },
  ecus: new Map([['ecu-1', 'hw-b']]),
};
const director: Targets = {
  type: 'targets',
  version: 1,
  expires: begin,
  targets: new Map([
    ['other.bin', { ...target, filename: 'other.bin', ecus: new Map() }],
    ['app.bin', target],
  ]),
  vin,
  delegates: false,
};

describe('the entry of an ECU', () => {
  const ecu = { serial: 'ecu-1', hardwareId: 'hw-b', installedReleaseCounter: 7 };
  const listing = (changes: Partial<Target>): Targets => ({
    ...director,
    targets: new Map([['app.bin', { ...target, ...changes }]]),
  });
  const rows: readonly [string, Targets, object, object | undefined][] = [
    ['is taken, its counter being that of what runs [P4 P7]', director, {}, undefined],
    ['is taken where it is newer than what runs [P7]', director, { installedReleaseCounter: 6 }, undefined],
    [
      'is missing for an ECU that is not named [P5]',
      director,
      { serial: 'ecu-2' },
      { code: 'no-image-for-ecu', clause: 'P5' },
    ],
    [
      'is refused by other hardware [P7]',
      director,
      { hardwareId: 'hw-c' },
      { code: 'wrong-hardware', clause: 'P7', attack: 'wrong-software' },
    ],
    [
      'is refused by hardware that the image allows and the Director took for another [P7]',
      director,
      { hardwareId: 'hw-a' },
      { code: 'wrong-hardware', clause: 'P7' },
    ],
    [
      'is refused by hardware that the Director names and the image does not allow [P7]',
      listing({ mustMatch: { hardwareIds: ['hw-a'], releaseCounter: 7 } }),
      {},
      { code: 'wrong-hardware', clause: 'P7' },
    ],
    [
      'is refused where it is older than what runs [P7]',
      director,
      { installedReleaseCounter: 8 },
      { code: 'rollback', clause: 'P7', attack: 'rollback' },
    ],
  ];
  it.each(rows)('%s', (_, targets, changes, fault) => {
    const result = checkTarget(targets, { ...ecu, ...changes });
    if (fault === undefined) expect(succeeded(result)).toBe(target);
    else expect(result).toMatchObject({ ok: false, fault: { repository: 'director', ...fault } });
  });
});

describe('an image', () => {
  const halves = [image.subarray(0, 5), image.subarray(5)];
  const wrong = (name: 'sha256' | 'sha512'): Target => ({
    ...target,
    hashes: { ...target.hashes, [name]: hashHex(name, utf8('other')) },
  });
  const rows: readonly [string, Target, number, readonly Uint8Array[], object | undefined][] = [
    ['is accepted in one block [P7 P9]', target, image.length, [image], undefined],
    ['is accepted in several blocks [P7 P9]', target, image.length, halves, undefined],
    [
      'is held to the one hash that is listed [P7]',
      { ...target, hashes: { sha512: target.hashes.sha512 ?? '' } },
      image.length,
      halves,
      undefined,
    ],
    [
      'is refused where it is shorter [P9]',
      target,
      image.length - 1,
      [image.subarray(1)],
      { code: 'length-mismatch', clause: 'P9' },
    ],
    [
      'is refused where it is longer [P6 P9]',
      target,
      image.length + 1,
      [image, utf8('!')],
      { code: 'length-mismatch', clause: 'P9' },
    ],
    [
      'is refused where SHA-256 differs [P7 M6]',
      wrong('sha256'),
      image.length,
      [image],
      { code: 'hash-mismatch', clause: 'P7' },
    ],
    [
      'is refused where SHA-512 alone differs [P7 M6]',
      wrong('sha512'),
      image.length,
      [image],
      { code: 'hash-mismatch', clause: 'P7' },
    ],
    [
      'is refused with its blocks out of order [P7]',
      target,
      image.length,
      halves.toReversed(),
      { code: 'hash-mismatch', clause: 'P7' },
    ],
    [
      'is refused where the blocks are not what was stored [P7]',
      target,
      image.length,
      [],
      { code: 'hash-mismatch', clause: 'P7' },
    ],
  ];
  it.each(rows)('%s', (_, listed, length, blocks, fault) => {
    const result = checkImage(listed, length, blocks);
    if (fault === undefined) succeeded(result);
    else
      expect(result).toMatchObject({
        ok: false,
        fault: { ...fault, attack: 'arbitrary-installation', file: 'app.bin' },
      });
  });
});

describe('the words of a fault', () => {
  it('name the place, the clause and the attack [R11]', () => {
    const fault = remoteFault({
      code: 'rollback',
      clause: 'V4',
      message: 'version 1 after 2',
      attack: 'rollback',
      repository: 'director',
      file: 'targets.json',
    });
    expect(faultText(fault)).toBe('director/targets.json: version 1 after 2 [V4 rollback]');
    expect(faultText(remoteFault({ code: 'malformed', clause: 'J5', message: 'odd' }))).toBe('odd [J5]');
  });

  it('carry nothing of a peer’s that would move a terminal’s cursor or cannot be signed [O4]', () => {
    const { message } = remoteFault({
      code: 'malformed',
      clause: 'V1',
      message: `\u001b[2J\u202e\u2028${'x'.repeat(193)}\u{1f600}`,
    });
    expect(message).toBe(`\ufffd[2J\ufffd\ufffd${'x'.repeat(193)}\ufffd`);
  });
});
