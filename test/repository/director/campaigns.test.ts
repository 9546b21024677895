// Campaigns: from the order to the manifest that confirms it, or to an operator's cancellation. J7 J12 J13, policy 12
import { beforeEach, describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../../src/core/bytes.ts';
import { InputError } from '../../../src/core/faults.ts';
import { createRandom } from '../../../src/core/random.ts';
import { x25519PublicKey } from '../../../src/crypto/encryption/x25519.ts';
import { Campaigns } from '../../../src/repository/director/campaigns.ts';
import { Director } from '../../../src/repository/director/director.ts';
import { inventoryVehicle } from '../../../src/repository/director/inventory.ts';
import type { ReleaseDeclaration } from '../../../src/repository/images/release.ts';
import { usualValidity } from '../../../src/repository/roles/publication.ts';
import { type ListedImage, listImage } from '../../../src/repository/roles/writeMetadata.ts';
import { answerRequest, type Servers } from '../../../src/repository/servers.ts';
import { makeVehicleManifest } from '../../../src/uptane/statements/vehicleManifest.ts';
import { makeVersionReport } from '../../../src/uptane/statements/versionReport.ts';
import { draftOf } from '../../uptane/support/attacks.ts';
import { begin, hardwareOf, type Serial, serials, signatures, vin, World } from '../../uptane/support/fixtures.ts';

let world: World;
let directors: Map<string, Director>;
let campaigns: Campaigns;
let servers: Servers;
let counter = 0;
/** What each ECU runs, by vehicle and serial. */
let running: Map<string, ListedImage>;

const product: Readonly<Record<Serial, string>> = { 'primary-0': 'gateway', 'full-1': 'brakes', 'partial-2': 'lamps' };

/** An image of a product, on offer for its ECU. */
function offer(serial: Serial, major: number, says: Partial<ReleaseDeclaration> = {}): ListedImage {
  const release = { product: product[serial], version: `${major}.0.0`, requires: [], conflicts: [], ...says };
  const mustMatch = { hardwareIds: [hardwareOf(serial)], releaseCounter: major };
  return world.images.add(`${product[serial]}-${major}.bin`, utf8(`${product[serial]} ${major}`), mustMatch, {
    release,
  });
}

beforeEach(() => {
  world = new World();
  const { ecus } = world.director.vehicle;
  const first = new Director({
    signatures,
    keys: world.keys.director,
    timeserver: world.timeserver.keys,
    vehicle: inventoryVehicle(vin, [...ecus.values()]),
    validity: usualValidity,
    now: begin,
  });
  directors = new Map([
    [vin, first],
    ['VIN-2', first.forVehicle(inventoryVehicle('VIN-2', [...ecus.values()]), begin)],
  ]);
  campaigns = new Campaigns({ directors, releases: () => world.images.releases() });
  servers = { director: first, imageRepository: world.images, timeserver: world.timeserver, campaigns };
  running = new Map();
  for (const serial of serials) {
    const image = offer(serial, 1);
    for (const [vin, director] of directors) {
      director.assign(serial, image);
      running.set(`${vin} ${serial}`, image);
    }
  }
  for (const director of directors.values()) director.publish(begin);
  offer('full-1', 2);
  offer('partial-2', 2);
  world.images.publish(begin);
});

const directorOf = (name = vin) => directors.get(name) ?? expect.fail();

/** A manifest of what runs, as the vehicle sends it. */
function report(name = vin): void {
  counter += 1;
  const reports = serials.map((serial): [string, object] => {
    const { filename, length, hashes } = running.get(`${name} ${serial}`) ?? expect.fail();
    const installed = { filename, length, hashes };
    const said = { ecuSerial: serial, installed, attacksDetected: [], time: begin, previousTime: undefined, counter };
    return [serial, makeVersionReport(said, world.ecuKeys[serial])];
  });
  const manifest = { vin: name, primarySerial: 'primary-0', reports: new Map(reports) };
  const bytes = makeVehicleManifest(manifest, world.ecuKeys['primary-0']);
  const answer = answerRequest(
    { ...servers, director: directorOf(name) },
    { type: 'manifest', bytes },
    begin,
    () => {},
  );
  expect(answer.status).toBe('ok');
}

/** The newest bundle of a vehicle: the version of its Targets, and its images. */
function bundle(name = vin) {
  const { targetsVersion, targets } = directorOf(name).current() ?? expect.fail();
  return { version: targetsVersion, images: Object.keys(draftOf(targets).targets).toSorted() };
}

/** An ECU has done what the newest bundle says. */
function install(serial: Serial, name = vin): void {
  const { targets } = directorOf(name).current() ?? expect.fail();
  const [filename = ''] =
    Object.entries(draftOf(targets).targets).find(([, { custom }]) => custom.ecuIdentifiers[serial]) ?? [];
  const text = filename.replace('.bin', '').replace('-', ' ');
  running.set(`${name} ${serial}`, listImage(filename, utf8(text), { hardwareIds: [], releaseCounter: 0 }));
}

const order = (name: string, image: string, ecus: Readonly<Record<string, readonly string[]>>) => {
  const [product = '', range = ''] = image.split(' ');
  campaigns.make({ name, image: { product, range }, ecus: new Map(Object.entries(ecus)) });
};
const stateOf = (name: string, vehicle = vin) => campaigns.progress(name).get(vehicle)?.state;

describe('a campaign', () => {
  it('does nothing until it is started, and reaches a vehicle once it has reported [J7 J8]', () => {
    order('new brakes', 'brakes 2', { [vin]: ['full-1'] });
    report();
    expect([stateOf('new brakes'), bundle().version]).toEqual(['made', 1]);
    campaigns.start('new brakes', begin);
    expect(stateOf('new brakes')).toBe('running');
    expect(bundle()).toEqual({ version: 2, images: ['brakes-2.bin', 'gateway-1.bin', 'lamps-1.bin'] });
    campaigns.start('new brakes', begin);
    expect(bundle().version).toBe(2);
  });

  it('waits for a vehicle that never reported: what it runs is not known [J7]', () => {
    order('new brakes', 'brakes 2', { [vin]: ['full-1'] });
    campaigns.start('new brakes', begin);
    expect([stateOf('new brakes'), bundle().version]).toEqual(['waiting', 1]);
    report();
    expect([stateOf('new brakes'), bundle().version]).toEqual(['running', 2]);
  });

  it('is complete in each vehicle when its manifest says so, and shows how far it has come [J5 J12]', () => {
    order('new brakes', 'brakes 2', { [vin]: ['full-1'], 'VIN-2': ['full-1'] });
    campaigns.start('new brakes', begin);
    for (const name of directors.keys()) report(name);
    const planned = new Map([['full-1', 'brakes-2.bin']]);
    expect(campaigns.progress('new brakes').get(vin)).toEqual({ state: 'running', planned, outstanding: ['full-1'] });
    install('full-1', 'VIN-2');
    for (const name of directors.keys()) report(name);
    expect(campaigns.progress('new brakes').get(vin)).toEqual({ state: 'running', planned, outstanding: ['full-1'] });
    expect(campaigns.progress('new brakes').get('VIN-2')).toEqual({ state: 'completed', planned, outstanding: [] });
  });

  it('brings what its images require of other ECUs, and nothing else [J7 extraneous-dependencies]', () => {
    offer('full-1', 3, { requires: [{ product: 'lamps', range: '>=2' }] });
    offer('primary-0', 2);
    world.images.publish(begin);
    order('brakes that need lamps', 'brakes 3', { [vin]: ['full-1'] });
    campaigns.start('brakes that need lamps', begin);
    report();
    expect(bundle().images).toEqual(['brakes-3.bin', 'gateway-1.bin', 'lamps-2.bin']);
    expect(campaigns.progress('brakes that need lamps').get(vin)?.outstanding.toSorted()).toEqual([
      'full-1',
      'partial-2',
    ]);
  });

  it('that cannot be is refused with the reason, in that vehicle, and sends nothing [J7]', () => {
    offer('full-1', 3, { requires: [{ product: 'lamps', range: '>=7' }] });
    world.images.publish(begin);
    order('impossible', 'brakes 3', { [vin]: ['full-1'] });
    campaigns.start('impossible', begin);
    report();
    expect(campaigns.progress('impossible').get(vin)).toMatchObject({
      state: 'refused',
      reason: 'brakes 3.0.0 on full-1 requires lamps >=7 on another ECU [J7]',
    });
    expect(bundle().version).toBe(1);
  });

  it('of what runs already is complete at once [J7]', () => {
    order('old brakes', 'brakes 1', { [vin]: ['full-1'] });
    campaigns.start('old brakes', begin);
    report();
    expect([stateOf('old brakes'), bundle().version]).toEqual(['completed', 1]);
  });

  it('comes after the one before it is confirmed in that vehicle, not sooner [J12]', () => {
    order('first', 'brakes 2', { [vin]: ['full-1'] });
    order('second', 'lamps 2', { [vin]: ['partial-2'] });
    report();
    for (const name of ['first', 'second']) campaigns.start(name, begin);
    report();
    expect([stateOf('first'), stateOf('second'), bundle().version]).toEqual(['running', 'waiting', 2]);
    install('full-1');
    report();
    expect([stateOf('first'), stateOf('second')]).toEqual(['completed', 'running']);
    expect(bundle()).toEqual({ version: 3, images: ['brakes-2.bin', 'gateway-1.bin', 'lamps-2.bin'] });
  });

  it('that one ECU blocks is cancelled by a higher version in which it installs nothing, and the next one goes on [J12]', () => {
    order('stuck', 'brakes 2', { [vin]: ['full-1'], 'VIN-2': ['full-1'] });
    order('next', 'lamps 2', { [vin]: ['partial-2'] });
    report();
    for (const name of ['stuck', 'next']) campaigns.start(name, begin);
    report();
    expect(stateOf('next')).toBe('waiting');
    campaigns.cancel('stuck', begin);
    expect([stateOf('stuck'), stateOf('stuck', 'VIN-2'), stateOf('next')]).toEqual([
      'cancelled',
      'cancelled',
      'running',
    ]);
    expect(bundle()).toEqual({ version: 4, images: ['gateway-1.bin', 'lamps-2.bin'] });
    expect(draftOf(directorOf().file('3.targets.json', begin) ?? expect.fail()).targets).not.toHaveProperty(
      'brakes-2.bin',
    );
  });

  it('waits for the first report of a vehicle even where nothing was sent to it before [J7]', () => {
    for (const serial of serials) directorOf().withdraw(serial);
    directorOf().publish(begin);
    order('new brakes', 'brakes 2', { [vin]: ['full-1'] });
    campaigns.start('new brakes', begin);
    expect([stateOf('new brakes'), bundle().version]).toEqual(['waiting', 2]);
  });

  it('that is cancelled halfway leaves alone the ECUs that have installed their image [J12]', () => {
    offer('full-1', 3, { requires: [{ product: 'lamps', range: '>=2' }] });
    world.images.publish(begin);
    order('two', 'brakes 3', { [vin]: ['full-1'] });
    campaigns.start('two', begin);
    report();
    install('partial-2');
    report();
    expect(campaigns.progress('two').get(vin)?.outstanding).toEqual(['full-1']);
    campaigns.cancel('two', begin);
    expect(bundle()).toEqual({ version: 3, images: ['gateway-1.bin', 'lamps-2.bin'] });
  });

  it('leaves alone, when it is cancelled, what is complete [J12]', () => {
    order('half', 'lamps 2', { [vin]: ['partial-2'] });
    report();
    campaigns.start('half', begin);
    install('partial-2');
    report();
    const before = bundle();
    campaigns.cancel('half', begin);
    expect([stateOf('half'), bundle()]).toEqual(['completed', before]);
  });

  it('cancelled in a vehicle with nothing else leaves empty Targets that name the vehicle [J13 D3]', () => {
    const director = directorOf();
    report();
    for (const serial of ['primary-0', 'partial-2']) director.withdraw(serial);
    order('only', 'brakes 2', { [vin]: ['full-1'] });
    campaigns.start('only', begin);
    campaigns.cancel('only', begin);
    const { targets } = director.current() ?? expect.fail();
    expect(draftOf(targets)).toMatchObject({ targets: {}, custom: { vin } });
  });

  it('encrypts what it sends to an ECU that has an encryption key [D7 D8]', () => {
    const random = createRandom('campaign');
    const ecus = [...directorOf().vehicle.ecus.values()].map((ecu) => ({
      ...ecu,
      ...(ecu.serial === 'full-1' && { encryptionKey: toHex(x25519PublicKey(random.bytes(32))) }),
    }));
    const director = directorOf().forVehicle(inventoryVehicle(vin, ecus), begin);
    directors.set(vin, director);
    for (const serial of serials) director.assign(serial, running.get(`${vin} ${serial}`) ?? expect.fail());
    director.publish(begin);
    const bytes = utf8('brakes 2');
    campaigns = new Campaigns({
      directors,
      releases: () => world.images.releases(),
      plainImage: ({ filename }) => (filename === 'brakes-2.bin' ? { bytes, random } : undefined),
    });
    servers = { ...servers, campaigns };
    order('secret', 'brakes 2', { [vin]: ['full-1'] });
    campaigns.start('secret', begin);
    report();
    const { targets } = draftOf(director.current()?.targets ?? expect.fail());
    expect(targets['brakes-2.bin']?.custom.ecuIdentifiers['full-1']).toHaveProperty('encrypted.method');
    expect(targets['lamps-1.bin']?.custom.ecuIdentifiers['partial-2']).not.toHaveProperty('encrypted');
  });

  const wrong: readonly [string, () => void][] = [
    ['of a name that is taken', () => order('taken', 'brakes 2', {})],
    ['of a range that is none', () => order('x', 'brakes newest', {})],
    ['for a vehicle that is not known', () => order('x', 'brakes 2', { UNKNOWN: [] })],
    ['for an ECU that is not in the vehicle', () => order('x', 'brakes 2', { [vin]: ['stranger'] })],
    ['that there is none of, to start it', () => campaigns.start('x', begin)],
    ['that there is none of, to cancel it', () => campaigns.cancel('x', begin)],
  ];
  it.each(wrong)('%s is the operator’s mistake', (_, act) => {
    order('taken', 'brakes 2', {});
    expect(act).toThrow(InputError);
    expect(() => campaigns.progress('x')).toThrow(InputError);
  });
});

describe('what an image declares', () => {
  it('is listed by the Image repository, and read from there [J7 D6]', () => {
    const says = {
      requires: [{ product: 'lamps', range: '^2 || 3.x' }],
      conflicts: [{ product: 'gateway', range: '<1' }],
    };
    offer('full-1', 3, says);
    world.images.publish(begin);
    const found = world.images.releases().find(({ version, product }) => product === 'brakes' && version === '3.0.0');
    expect(found).toMatchObject({ ...says, image: { filename: 'brakes-3.bin', mustMatch: { releaseCounter: 3 } } });
  });

  it.each([
    ['a version that is none', { version: '3' }],
    ['a range that is none', { requires: [{ product: 'lamps', range: 'new' }] }],
    ['an endless range', { conflicts: [{ product: 'lamps', range: '1 || '.repeat(100) }] }],
    ['a product without a name', { product: '' }],
    ['too much', { requires: Array.from({ length: 33 }, () => ({ product: 'lamps', range: '1' })) }],
  ])('is refused with %s [J7]', (_, says) => {
    expect(() => offer('full-1', 3, says)).toThrow(InputError);
  });
});
