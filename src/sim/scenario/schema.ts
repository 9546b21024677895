// Owns: the form of scenario files. Every member is checked and bounded here; what refers to what is checked in
// references.ts.
import { z } from 'zod';
import { ecusMax, filenamePatternsMax, suppliersMax } from '../../core/limits.ts';
import { parseUtc } from '../../core/utc.ts';
import {
  age,
  canId,
  clause,
  code,
  day,
  duration,
  filename,
  filenamePattern,
  minute,
  name,
  share,
  time,
  trustedFile,
  versionRange,
} from '../../vehicleFile/fields.ts';
import { imageSchema, publishedImagesSchema } from '../../vehicleFile/image.ts';
import { type Vehicle, vehicleSchema } from '../../vehicleFile/vehicle.ts';
import { withUnits } from '../../vehicleFile/withUnits.ts';

const position = z.enum(['network', 'primary']);

const attack = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tampered-image'), id: name, position, ecu: name }),
  z.strictObject({
    kind: z.literal('replayed-metadata'),
    id: name,
    position,
    recording: name,
    ecus: z.array(name).optional(),
  }),
  z.strictObject({
    kind: z.literal('replayed-time'),
    id: name,
    position,
    recording: name,
    ecus: z.array(name).optional(),
  }),
  z.strictObject({
    kind: z.literal('stolen-director-keys'),
    id: name,
    ecus: z.array(name).min(1),
    /** The attacker's own image, or, to send ECUs what was made for another, `imageOf` that other one. */
    image: z.union([imageSchema, z.strictObject({ imageOf: name })]),
  }),
  z.strictObject({
    kind: z.literal('stolen-both-repositories'),
    id: name,
    ecus: z.array(name).min(1),
    image: imageSchema,
  }),
  /** `image`: the attacker's own, made for the hardware of `ecu`. */
  z.strictObject({ kind: z.literal('stolen-supplier-key'), id: name, supplier: name, ecu: name, image: imageSchema }),
  withUnits(
    z.strictObject({
      kind: z.literal('stolen-time-key'),
      id: name,
      position,
      /** How far the attested time lies in the future. */
      ahead: age,
      ecus: z.array(name).optional(),
    }),
    { ahead: 'aheadMs' },
  ),
  z.strictObject({ kind: z.literal('fast-forward'), id: name }),
  z.strictObject({ kind: z.literal('resigned-timestamp'), id: name }),
  z.strictObject({ kind: z.literal('dropped-time'), id: name, position, ecus: z.array(name).optional() }),
  z.strictObject({ kind: z.literal('slow-retrieval'), id: name }),
  z.strictObject({ kind: z.literal('eavesdropper'), id: name }),
]);

/** What is done to a bus, until it is repaired. */
const busDeeds = {
  /** Nodes (all, when none is named) off the cable. */
  partition: z.strictObject({ bus: name, nodes: z.array(name).min(1).optional() }).optional(),
  /** For all nodes alike, or for one: `node` sees other frames than the rest. */
  disturb: withUnits(
    z
      .strictObject({
        bus: name,
        node: name.optional(),
        bitErrors: share.optional(),
        loss: share.optional(),
        corruption: share.optional(),
        delay: duration(minute).optional(),
      })
      .refine(
        ({ bitErrors, loss, corruption, delay }) =>
          [bitErrors, loss, corruption, delay].some((given) => given !== undefined),
        'bitErrors, loss, corruption or delay is needed',
      ),
    { delay: 'delayMs' },
  ).optional(),
  /** The controller of `node` sends frames of this id without a pause. */
  babble: z.strictObject({ bus: name, node: name, id: canId.default(0) }).optional(),
  /** Everyone back on the cable, and all disturbances and babbling over. */
  repair: z.strictObject({ bus: name }).optional(),
};

const interruption = withUnits(
  z.strictObject({
    /** When: so much of the image arrived at an ECU, or so long after the one before. */
    received: z.strictObject({ ecu: name, percent: z.number().min(0).max(100) }).optional(),
    after: duration(day).optional(),
    ...busDeeds,
  }),
  { after: 'afterMs' },
);

const expectation = z.union([
  /** The bytes that the ECU boots, read back from its bank: a published file, or the attacker's. */
  z.strictObject({ ecu: name, runs: filename }),
  z.strictObject({ ecu: name, runsImageOf: z.literal('attacker') }),
  /** A fault that the ECU found in the last cycle; `only`: and no other one. */
  z.strictObject({ ecu: name, finds: code, clause: clause.optional(), only: z.literal(true).optional() }),
  z.strictObject({ ecu: name, findsNothing: z.literal(true) }),
  /** The same in its report, in the last manifest that the Director accepted. */
  z.strictObject({ ecu: name, reports: code }),
  z.strictObject({ ecu: name, transfer: z.enum(['resumed', 'uninterrupted']) }),
  /** The version of a file that the ECU trusts. */
  z.strictObject({ ecu: name, trusts: trustedFile, version: z.int().min(1) }),
  /** Whether a node's controller went bus-off in this run; who kept the others off the bus for a second. */
  z.strictObject({ bus: name, node: name, busOff: z.enum(['never', 'recovered']) }),
  z.strictObject({ bus: name, babbling: z.union([name, z.literal('nobody')]) }),
  z.strictObject({ campaign: name, is: z.enum(['waiting', 'running', 'completed', 'refused', 'cancelled']) }),
  z.strictObject({ manifest: z.enum(['confirmed', 'accepted', 'refused']) }),
  /** Whether the gateway has dropped frames or messages since the run began. */
  z.strictObject({ gateway: name, drops: z.enum(['none', 'some']) }),
  /** Whether a published image can be read from what an eavesdropper has heard. */
  z.strictObject({ eavesdropper: name, reads: filename }),
  z.strictObject({ eavesdropper: name, cannotRead: filename }),
]);

const rootedRoles: readonly string[] = ['root', 'timestamp', 'snapshot', 'targets'];
const roles = z.array(z.enum(['root', 'timestamp', 'snapshot', 'targets'])).min(1);

/** Whose keys are to be new ones. */
const rotation = z
  .strictObject({ director: roles.optional(), image: roles.optional(), timeserver: z.literal(true).optional() })
  .refine((given) => Object.keys(given).length > 0, 'director, image or timeserver is needed');

/** A product brought to ECUs of the vehicle, with what its images require of others. J7 J12 */
const campaign = z.strictObject({
  id: name,
  product: name,
  versions: versionRange,
  ecus: z.array(name).min(1).max(ecusMax),
});

const step = z.strictObject({
  publish: publishedImagesSchema.optional(),
  /** The same, but that the Director wants none of it: a campaign is to bring it. */
  offer: publishedImagesSchema.optional(),
  campaign: campaign.optional(),
  cancel: name.optional(),
  cycle: z.strictObject({ during: z.array(interruption).max(64).default([]) }).optional(),
  wait: duration(day).optional(),
  parked: age.optional(),
  record: name.optional(),
  rotate: rotation.optional(),
  attack: attack.optional(),
  stop: name.optional(),
  failActivation: z.strictObject({ ecu: name }).optional(),
  ...busDeeds,
  expect: z.array(expectation).min(1).max(200).optional(),
});

const supplier = z.strictObject({
  /** The images that the Image repository leaves to it. E4 */
  paths: z.array(filenamePattern).min(1).max(filenamePatternsMax),
  /** Those for this hardware only; for any when omitted. E5 */
  hardware: z.array(name).min(1).optional(),
  terminating: z.boolean().default(false),
});

export const scenarioSchema = z.strictObject({
  title: z.string().min(1).max(100),
  about: z.string().max(2000),
  /** A vehicle file, relative to this one, or the vehicle itself. */
  vehicle: z.union([z.string(), vehicleSchema]),
  seed: z.int().min(0).default(1),
  start: time.default(parseUtc('2026-06-01T08:00:00Z') ?? 0),
  /** In order of priority. E2 */
  suppliers: z
    .record(
      name.refine((text) => !rootedRoles.includes(text), 'this is the name of another role'),
      supplier,
    )
    .refine((suppliers) => Object.keys(suppliers).length <= suppliersMax, `at most ${suppliersMax} are allowed`)
    .default({}),
  /** The way between the Primary and the servers. */
  network: withUnits(
    z.strictObject({ latency: duration(minute).default(40), bitsPerSecond: z.int().min(1000).default(20_000_000) }),
    { latency: 'latencyMs' },
  ).prefault({}),
  /** Simulated seconds a second when somebody watches. */
  speed: z.number().min(0.1).max(1000).default(5),
  steps: z.array(step).min(1).max(500),
});

export type Attack = z.output<typeof attack>;
export type Interruption = z.output<typeof interruption>;
/** One of what can be done to a bus. */
export type BusDeed = Pick<Interruption, 'partition' | 'disturb' | 'babble' | 'repair'>;
export type Expectation = z.output<typeof expectation>;
export type CampaignDescription = z.output<typeof campaign>;
export type Rotation = z.output<typeof rotation>;
export type Step = z.output<typeof step>;
/** A scenario with its vehicle in place. */
export type Scenario = Omit<z.output<typeof scenarioSchema>, 'vehicle'> & { readonly vehicle: Vehicle };
