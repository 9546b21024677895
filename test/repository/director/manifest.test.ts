// The Director's judgement of vehicle version manifests: J4 J5 J6, N.
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { ecusMax, versionReportBytesMax } from '../../../src/core/limits.ts';
import { inventoryVehicle } from '../../../src/repository/director/inventory.ts';
import { checkManifest } from '../../../src/repository/director/manifestCheck.ts';
import { attacksKeptMax, reportTimeAheadSecondsMax } from '../../../src/repository/limits.ts';
import { vehicleManifestBytesMax } from '../../../src/uptane/limits.ts';
import { signPayload } from '../../../src/uptane/signing/sign.ts';
import { makeVehicleManifest } from '../../../src/uptane/statements/vehicleManifest.ts';
import { attacker, draftOf, impostor, padded, tamper } from '../../uptane/support/attacks.ts';
import {
  begin,
  imageName,
  keyNamed,
  type Serial,
  serials,
  signatures,
  succeeded,
  vin,
  World,
} from '../../uptane/support/fixtures.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
const versionServed = () => world.latest('director', 'targets').version;
const counterOf = (serial: string) => world.director.vehicle.reports.get(serial)?.counter;

describe('a manifest', () => {
  it('with a fresh report of every ECU is accepted, the Primary’s own in it [J5 N2 N3]', () => {
    const bytes = world.manifest();
    expect(draftOf(bytes)).toMatchObject({ vin, primary_ecu_serial: 'primary-0' });
    const verdict = succeeded(world.sendManifest(bytes));
    expect([...verdict.reports.keys()]).toEqual([...serials]);
    expect(serials.map(counterOf)).toEqual([2, 2, 2]);
  });

  it('confirms the bundle only when every ECU runs what it was assigned [J12]', () => {
    const listed = world.images.add('primary-0/x.bin', utf8('x'), { hardwareIds: ['hw-primary-0'], releaseCounter: 9 });
    world.director.assign('primary-0', listed);
    const running = (filename: string, sha256: string, length = 1) => ({
      installed: { filename, length, hashes: { sha256 } },
    });
    const installs = (primary: object): object =>
      Object.fromEntries(
        serials.map((serial) => {
          const { hashes, length } =
            draftOf(world.latest('image', 'targets').bytes).targets[imageName(serial, 1)] ?? expect.fail();
          const own = running(imageName(serial, 1), hashes.sha256 ?? '', length);
          return [
            serial,
            world.report(serial, { counter: 1000 + versionServed(), ...own, ...(serial === 'primary-0' && primary) }),
          ];
        }),
      );
    const { sha256 = '' } = listed.hashes;
    expect(succeeded(world.sendManifest(world.manifest({ ...installs({}) }))).confirms).toBe(false);
    world.director.assign('primary-0', listed);
    expect(
      succeeded(world.sendManifest(world.manifest({ ...installs(running(listed.filename, '11'.repeat(32))) })))
        .confirms,
    ).toBe(false);
    world.director.assign('primary-0', listed);
    expect(
      succeeded(world.sendManifest(world.manifest({ ...installs(running(listed.filename, sha256)) }))).confirms,
    ).toBe(true);
  });

  it('brings new metadata only where something was assigned [J8]', () => {
    succeeded(world.sendManifest());
    expect(versionServed()).toBe(1);
    world.release(2);
    expect(versionServed()).toBe(2);
  });

  const rows: readonly [string, () => Uint8Array, object][] = [
    [
      'that leaves an ECU out [J5]',
      () => world.manifest({ 'full-1': undefined }),
      { code: 'report-missing', attack: 'drop-request' },
    ],
    [
      'that leaves the Primary’s own report out [J5 N3]',
      () => world.manifest({ 'primary-0': undefined }),
      { code: 'report-missing' },
    ],
    [
      'without reports [J5]',
      () => world.manifest({ 'primary-0': undefined, 'full-1': undefined, 'partial-2': undefined }),
      { code: 'report-missing' },
    ],
    [
      'that is signed by a Secondary’s key [J5]',
      () => world.manifest({}, { key: world.ecuKeys['full-1'] }),
      { code: 'wrong-key', attack: 'report-forgery' },
    ],
    [
      'that is signed in the Primary’s name [J5]',
      () => world.manifest({}, { key: impostor(world.ecuKeys['primary-0']) }),
      { code: 'bad-signature', attack: 'report-forgery' },
    ],
    [
      'that was changed after it was signed [J5]',
      () => tamper(world.manifest(), (signed) => Object.assign(signed, { note: 1 })),
      { code: 'bad-signature', attack: 'report-forgery' },
    ],
    [
      'with a report that another ECU’s key signed [J5]',
      () => world.manifest({ 'full-1': world.report('full-1', { counter: 99 }, world.ecuKeys['partial-2']) }),
      { code: 'wrong-key', attack: 'report-forgery' },
    ],
    [
      'with a report that the Primary signed for a Secondary [J5]',
      () => world.manifest({ 'full-1': world.report('full-1', { counter: 99 }, impostor(world.ecuKeys['full-1'])) }),
      { code: 'bad-signature', attack: 'report-forgery' },
    ],
    [
      'with one ECU’s report in another’s place [J5]',
      () => world.manifest({ 'full-1': world.report('partial-2', { counter: 99 }) }),
      { code: 'wrong-key', attack: 'report-forgery' },
    ],
    [
      'with a report that speaks for another ECU [J5]',
      () => world.manifest({ 'full-1': world.report('full-1', { counter: 99, ecuSerial: 'partial-2' }) }),
      { code: 'wrong-key', attack: 'report-forgery' },
    ],
    [
      'with something else for a report [J5]',
      () => world.manifest({ 'full-1': {} }),
      { code: 'malformed', attack: 'report-forgery' },
    ],
    [
      'of another vehicle [J5]',
      () => world.manifest({}, { vin: 'OTHER' }),
      { code: 'wrong-vehicle', attack: 'cross-vehicle-replay' },
    ],
    [
      'that names another ECU as its Primary [J5]',
      () => world.manifest({}, { primarySerial: 'full-1' }),
      { code: 'unknown-ecu' },
    ],
    [
      'with an ECU that is not in the inventory [J4]',
      () => world.manifest({ stranger: world.report('full-1') }),
      { code: 'unknown-ecu', attack: 'unknown-ecu' },
    ],
    [
      'of endless length [J4]',
      () => padded(world.manifest(), vehicleManifestBytesMax + 1),
      { code: 'oversized', attack: 'endless-data' },
    ],
    ['that is no JSON [J4]', () => utf8('ecu'), { code: 'malformed', attack: 'report-forgery' }],
    [
      'with a report given twice [J4]',
      () => utf8('{"signed":{"ecu_version_manifests":{"a":1,"\\u0061":2}}}'),
      { code: 'malformed', attack: 'report-forgery' },
    ],
    [
      'of more ECUs than a vehicle can have [J4]',
      () => world.manifest(Object.fromEntries(Array.from({ length: ecusMax + 1 }, (_, n) => [`ecu${n}`, {}]))),
      { code: 'malformed', attack: 'report-forgery' },
    ],
  ];
  it.each(rows)('%s is dropped, and changes nothing', (_, make, fault) => {
    world.director.assign(
      'full-1',
      world.images.add('full-1/x.bin', utf8('x'), { hardwareIds: [], releaseCounter: 2 }),
    );
    expect(world.sendManifest(make())).toMatchObject({ ok: false, fault: { clause: 'J5', ...fault } });
    expect(serials.map(counterOf)).toEqual([1, 1, 1]);
    expect(versionServed()).toBe(1);
    succeeded(world.sendManifest());
    expect(versionServed()).toBe(2);
  });

  const margin = reportTimeAheadSecondsMax;
  const times: readonly [string, number | undefined, boolean, object?][] = [
    ['as much ahead of the Director’s as clocks may differ is accepted [J5 O5]', begin + margin, true],
    [
      'further ahead than clocks differ is dropped [J5 O5]',
      begin + margin + 1,
      false,
      { code: 'implausible-time', attack: 'time-forgery' },
    ],
    ['that has not changed is accepted [J5 O5]', begin, true],
    [
      'before that of the ECU’s earlier report is dropped [J5 O5]',
      begin - 1,
      false,
      { code: 'implausible-time', attack: 'time-replay' },
    ],
    ['that is none yet is accepted: the clock was set back, or never set [J5 Y5]', undefined, true],
  ];
  it.each(times)('with a reported time %s', (_, time, ok, fault) => {
    const manifest = world.manifest({ 'full-1': world.report('full-1', { counter: 50, time }) });
    expect(world.sendManifest(manifest)).toMatchObject({ ok, ...(fault && { fault: { clause: 'J5', ...fault } }) });
    expect(counterOf('full-1')).toBe(ok ? 50 : 1);
  });

  it('with one huge report is dropped, and nothing else comes of it [J5]', () => {
    const report = world.report('full-1', { counter: 50 }) as { signed: object };
    const huge = { ...report.signed, note: 'x'.repeat(versionReportBytesMax) };
    const manifest = world.manifest({ 'full-1': signPayload(huge, world.ecuKeys['full-1']) });
    expect(world.sendManifest(manifest)).toMatchObject({ fault: { code: 'oversized', attack: 'endless-data' } });
    expect(serials.map(counterOf)).toEqual([1, 1, 1]);
    succeeded(world.sendManifest());
  });

  it.each([
    ['the same bytes under another name', { filename: 'old.bin' }, false],
    ['the same file of an earlier release', { releaseCounter: 8 }, false],
    ['the file, of whatever release', { releaseCounter: undefined }, true],
    ['the file of this release', {}, true],
  ])('of an ECU that runs %s confirms the image: %3$s [O3 J12]', (_what, changes, confirmed) => {
    const listed = world.images.add('primary-0/x.bin', utf8('x'), { hardwareIds: ['hw-primary-0'], releaseCounter: 9 });
    world.director.assign('primary-0', listed);
    succeeded(world.sendManifest());
    const { filename, length, hashes } = listed;
    const installed = { filename, length, hashes, releaseCounter: 9, ...changes };
    const primary = world.report('primary-0', { counter: 1000, installed });
    const { outstanding } = succeeded(world.sendManifest(world.manifest({ 'primary-0': primary })));
    expect(outstanding.has('primary-0')).toBe(!confirmed);
  });

  it('has an image released again wanted as that release on all ECUs that are to run it [D5 J12]', () => {
    const add = (releaseCounter: number) =>
      world.images.add('shared.bin', utf8('x'), { hardwareIds: ['hw-full-1', 'hw-partial-2'], releaseCounter });
    const first = add(1);
    world.director.assign('full-1', first);
    world.director.assign('partial-2', first);
    world.director.assign('partial-2', add(2));
    succeeded(world.sendManifest());
    const { custom } = draftOf(world.latest('director', 'targets').bytes).targets['shared.bin'] ?? expect.fail();
    expect(custom).toMatchObject({
      mustMatch: { releaseCounter: 2 },
      ecuIdentifiers: { 'full-1': {}, 'partial-2': {} },
    });
  });

  it('tells which ECUs do not run what the last bundle gave them: some withheld, some mixed [J5]', () => {
    world.release(2);
    const running = (serial: Serial, release: number) => {
      const { targets } = draftOf(world.latest('image', 'targets').bytes);
      const filename = imageName(serial, release);
      const { hashes, length } = targets[filename] ?? expect.fail();
      return world.report(serial, { counter: 100 * release, installed: { filename, length, hashes } });
    };
    const mixed = {
      'primary-0': running('primary-0', 2),
      'full-1': running('full-1', 1),
      'partial-2': running('partial-2', 2),
    };
    const verdict = succeeded(world.sendManifest(world.manifest(mixed)));
    expect([...verdict.outstanding]).toEqual([
      ['full-1', { wanted: imageName('full-1', 2), installed: imageName('full-1', 1) }],
    ]);
    const done = { ...mixed, 'primary-0': undefined, 'partial-2': undefined, 'full-1': running('full-1', 2) };
    const later = { counter: 300 } as const;
    const again = (serial: Serial) => {
      const { installed } = world.director.vehicle.reports.get(serial) ?? expect.fail();
      return world.report(serial, { ...later, installed });
    };
    const whole = { ...done, 'primary-0': again('primary-0'), 'partial-2': again('partial-2') };
    expect(succeeded(world.sendManifest(world.manifest(whole))).outstanding.size).toBe(0);
  });

  it('has the attacks that ECUs met kept for an operator, the latest of each ECU [O4 J9]', () => {
    const attack = (n: number) => ({ code: 'rollback', clause: 'T3', attack: 'rollback', message: `${n}` }) as const;
    for (let n = 0; n < attacksKeptMax + 6; n += 1) {
      const attacksDetected = n % 2 === 0 ? [attack(n), attack(n + 1)] : [];
      const full = world.report('full-1', { counter: 10 + n, attacksDetected });
      succeeded(world.sendManifest(world.manifest({ 'full-1': full })));
    }
    const { attacks } = world.director.vehicle;
    expect([...attacks.keys()]).toEqual(['full-1']);
    const kept = attacks.get('full-1') ?? [];
    expect(kept).toHaveLength(attacksKeptMax);
    expect(kept.at(-1)).toEqual({ ...attack(attacksKeptMax + 5), receivedAt: begin });
    expect(kept[0]?.message).toBe('6');
  });

  it('that is dropped leaves no trace among the attacks that were reported [J4 O4]', () => {
    const attacksDetected = [{ code: 'rollback', clause: 'T3', message: 'x' }] as const;
    const full = world.report('full-1', { counter: 10, attacksDetected });
    expect(world.sendManifest(world.manifest({ 'full-1': full, 'partial-2': undefined })).ok).toBe(false);
    expect(world.director.vehicle.attacks.size).toBe(0);
  });

  it('sent again is dropped [J6 O6]', () => {
    const bytes = world.manifest();
    succeeded(world.sendManifest(bytes));
    expect(world.sendManifest(bytes)).toMatchObject({
      fault: { code: 'report-replayed', clause: 'J6', attack: 'manifest-replay' },
    });
  });

  it.each([0, 1])('with one report whose counter does not grow, %i after 1, is dropped [J6 O6]', (counter) => {
    const stale = { 'partial-2': world.report('partial-2', { counter }) };
    expect(world.sendManifest(world.manifest(stale))).toMatchObject({
      fault: { code: 'report-replayed', clause: 'J6', attack: 'manifest-replay' },
    });
    expect(serials.map(counterOf)).toEqual([1, 1, 1]);
    succeeded(world.sendManifest());
  });

  it('says nothing of a stranger that would move a terminal’s cursor, or without end [J4]', () => {
    const result = world.sendManifest(world.manifest({ [`\u001b[2J${'x'.repeat(5000)}`]: {} }));
    const { message } = result.ok ? expect.fail() : result.fault;
    expect(message).not.toContain('\u001b');
    expect(message.length).toBeLessThanOrEqual(200);
  });

  it('of a vehicle whose Primary nobody registered is dropped [J10]', () => {
    const vehicle = inventoryVehicle(vin, [
      { serial: 'full-1', hardwareId: 'hw', key: attacker.key, role: 'secondary' },
    ]);
    expect(checkManifest(signatures, vehicle, world.manifest(), begin)).toMatchObject({
      fault: { code: 'unknown-ecu' },
    });
  });

  it('of an ECU named __proto__ is judged like any other [J5]', () => {
    const key = keyNamed('proto');
    const vehicle = inventoryVehicle(vin, [{ serial: '__proto__', hardwareId: 'hw', key: key.key, role: 'primary' }]);
    const reports = new Map([['__proto__', world.report('full-1', { ecuSerial: '__proto__', time: begin }, key)]]);
    const bytes = makeVehicleManifest({ vin, primarySerial: '__proto__', reports }, key);
    expect([...succeeded(checkManifest(signatures, vehicle, bytes, begin)).keys()]).toEqual(['__proto__']);
  });
});
