// Owns: the servers of a run as they begin, a day before it: keys, inventory, suppliers. What they then do is their operator's.
import { toHex } from '../../core/bytes.ts';
import type { Random } from '../../core/random.ts';
import { x25519PublicKey } from '../../crypto/encryption/x25519.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { Campaigns } from '../../repository/director/campaigns.ts';
import { Director } from '../../repository/director/director.ts';
import { inventoryVehicle } from '../../repository/director/inventory.ts';
import type { PlainImage } from '../../repository/director/sealing.ts';
import { ImageRepository } from '../../repository/images/imageRepository.ts';
import { usualValidity } from '../../repository/roles/publication.ts';
import type { ListedImage } from '../../repository/roles/writeMetadata.ts';
import type { Servers } from '../../repository/servers.ts';
import { Timeserver } from '../../repository/timeserver.ts';
import { ecuDecryptionKey, ecuSigningKey } from '../setting/ecuKeys.ts';
import type { Setting } from '../setting/setting.ts';
import type { ServerKeys } from './serverKeys.ts';

export interface SimulatedServers extends Servers {
  readonly campaigns: Campaigns;
}

interface ServerPorts {
  readonly scenario: Setting;
  readonly signatures: Signatures;
  /** The run's. */
  readonly random: Random;
  readonly keys: ServerKeys;
  /** The bytes that a campaign encrypts for an ECU with a decryption key. */
  readonly plainImage: (image: ListedImage) => PlainImage | undefined;
}

/** `manufacturedAt`: when their first roots are made, seconds since 1970. */
export function startServers(ports: ServerPorts, manufacturedAt: number): SimulatedServers {
  const { scenario, signatures, random, keys, plainImage } = ports;
  const { vin, ecus } = scenario.vehicle;
  const inventory = inventoryVehicle(
    vin,
    Object.entries(ecus).map(([serial, { role, hardware, encrypted }]) => ({
      serial,
      role,
      hardwareId: hardware,
      key: ecuSigningKey(signatures, random, serial).key,
      ...(encrypted && { encryptionKey: toHex(x25519PublicKey(ecuDecryptionKey(random, serial))) }),
    })),
  );
  const { timeserver } = keys;
  const directorKeys = keys.of('director');
  const director = new Director({
    signatures,
    keys: directorKeys,
    timeserver,
    vehicle: inventory,
    validity: usualValidity,
    now: manufacturedAt,
  });
  const imageRepository = new ImageRepository(keys.of('image'), usualValidity, manufacturedAt, signatures);
  const directors = new Map([[vin, director]]);
  const campaigns = new Campaigns({ directors, releases: () => imageRepository.releases(), plainImage });
  return { director, imageRepository, timeserver: new Timeserver(timeserver), campaigns };
}
