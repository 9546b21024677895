// Owns: the form of scenario and vehicle files. Every member is checked and bounded here; what refers to what is checked in
// references.ts.
import { z } from 'zod';
import { remoteFaultCodes } from '../../core/faults.ts';
import {
  ecusMax,
  filenameCharsMax,
  filenamePatternsMax,
  imageBlockBytesMax,
  imageBytesMax,
  suppliersMax,
} from '../../core/limits.ts';
import { KIB, MIB } from '../../core/units.ts';
import { parseUtc } from '../../core/utc.ts';
import { isImageFilename } from '../../uptane/decode/fields.ts';

/** Names are members of objects here and there: none may be one that every object has. */
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$/, 'a name of letters, digits, ".", "_" and "-" is needed')
  .refine((text) => !(text in Object.prototype), 'this name is not allowed');

const units: Readonly<Record<string, number>> = { B: 1, KiB: KIB, MiB: MIB };
const durations: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

function quantity(table: Readonly<Record<string, number>>, max: number, example: string) {
  const form = new RegExp(`^(\\d+(?:\\.\\d+)?) ?(${Object.keys(table).join('|')})$`);
  return z.union([z.number(), z.string()]).transform((value, context) => {
    const [, digits = '', unit = ''] = form.exec(String(value)) ?? [];
    const amount = typeof value === 'number' ? value : Math.round(Number(digits) * (table[unit] ?? Number.NaN));
    if (Number.isSafeInteger(amount) && amount >= 0 && amount <= max) return amount;
    context.addIssue({ code: 'custom', message: `${example} is needed, at most ${max}` });
    return z.NEVER;
  });
}

/** Bytes, as `24 KiB` or a number. */
const size = quantity(units, imageBytesMax, 'a size such as 24 KiB');
/** Milliseconds, as `3s` or a number, on the run's own clock. */
const duration = (max: number) => quantity(durations, max, 'a duration such as 500ms or 3s');
const minute = 60_000;
const day = 86_400_000;
/** On the calendar. */
const age = quantity(durations, 3650 * day, 'a duration such as 31d');
/** The last start: what is written from then on still expires in four-digit years. */
const startMax = parseUtc('2999-12-31T23:59:59Z') ?? 0;
const time = z.string().transform((value, context) => {
  const seconds = parseUtc(value);
  if (seconds !== undefined && seconds <= startMax) return seconds;
  context.addIssue({ code: 'custom', message: 'a time such as 2026-06-01T08:00:00Z is needed' });
  return z.NEVER;
});
const filename = z
  .string()
  .refine((text) => isImageFilename(text) && !text.includes('/'), 'a plain file name without folders is needed');
const code = z.enum(remoteFaultCodes);
const clause = z.string().regex(/^[A-Z]{1,2}\d{1,2}(\.\d)?$/, 'a clause id such as P7 is needed');
const counter = z.int().min(0);
const canId = z.int().min(0).max(0x7ff);

const bus = z.strictObject({
  kind: z.enum(['can', 'can-fd']),
  bitrate: z.int().min(10_000).max(1_000_000),
  dataBitrate: z.int().min(10_000).max(8_000_000).optional(),
});

const image = z.strictObject({ filename, size, releaseCounter: counter });
/** `supplier`: by whose word it is genuine; the Image repository's own when omitted. */
const publishedImage = image.extend({ supplier: name.optional() });

/** Of image names: `*`, `?` and `[...]` as in a shell. */
const filenamePattern = z.string().min(1).max(filenameCharsMax);

const ecuCommon = {
  hardware: name,
  image,
  /** The names of the images that it may install; any when omitted. P7 */
  images: z.array(filenamePattern).min(1).max(filenamePatternsMax).optional(),
  /** It has a decryption key, and the Director encrypts its images for it. D7 */
  encrypted: z.boolean().default(false),
  bootTime: duration(10 * minute).default(300),
  flash: z
    .strictObject({
      bank: size.default(16 * MIB),
      bytesPerSecond: z
        .int()
        .min(1)
        .max(1e9)
        .default(512 * KIB),
    })
    .prefault({}),
};

const primary = z.strictObject({ role: z.literal('primary'), buses: z.array(name).min(1).max(16), ...ecuCommon });

const secondary = z.strictObject({
  role: z.literal('secondary'),
  verification: z.enum(['full', 'partial', 'partial+root']),
  bus: name,
  requestId: canId,
  responseId: canId,
  block: size.pipe(z.number().min(1).max(imageBlockBytesMax)).default(4000),
  verifyTime: duration(10 * minute).default(20),
  /** A trusted real-time clock of its own; when omitted, its time comes through the Primary. */
  clock: z.literal('own').optional(),
  ...ecuCommon,
});

export const vehicleSchema = z.strictObject({
  vin: z.string().regex(/^[A-HJ-NPR-Z0-9]{17}$/, 'a VIN of 17 characters is needed'),
  buses: z.record(name, bus).refine((buses) => Object.keys(buses).length <= 16, 'at most 16 buses are allowed'),
  ecus: z
    .record(name, z.discriminatedUnion('role', [primary, secondary]))
    .refine((ecus) => Object.keys(ecus).length <= ecusMax, `at most ${ecusMax} ECUs are allowed`),
});

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
    image: z.union([image, z.strictObject({ imageOf: name })]),
  }),
  z.strictObject({ kind: z.literal('stolen-both-repositories'), id: name, ecus: z.array(name).min(1), image }),
  /** `image`: the attacker's own, made for the hardware of `ecu`. */
  z.strictObject({ kind: z.literal('stolen-supplier-key'), id: name, supplier: name, ecu: name, image }),
  z.strictObject({
    kind: z.literal('stolen-time-key'),
    id: name,
    position,
    /** How far the attested time lies in the future. */
    ahead: age,
    ecus: z.array(name).optional(),
  }),
  z.strictObject({ kind: z.literal('fast-forward'), id: name }),
  z.strictObject({ kind: z.literal('resigned-timestamp'), id: name }),
  z.strictObject({ kind: z.literal('dropped-time'), id: name, position, ecus: z.array(name).optional() }),
  z.strictObject({ kind: z.literal('slow-retrieval'), id: name }),
  z.strictObject({ kind: z.literal('eavesdropper'), id: name }),
]);

const busChange = z.strictObject({ bus: name, nodes: z.array(name).min(1).optional() });

const interruption = z.strictObject({
  /** When: so much of the image arrived at an ECU, or so long after the one before. */
  received: z.strictObject({ ecu: name, percent: z.number().min(0).max(100) }).optional(),
  after: duration(day).optional(),
  /** What: nodes (all, when none is named) off a bus, or everyone back on it. */
  partition: busChange.optional(),
  repair: z.strictObject({ bus: name }).optional(),
});

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
  z.strictObject({ manifest: z.enum(['confirmed', 'accepted', 'refused']) }),
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

const step = z.strictObject({
  publish: z
    .record(name, publishedImage)
    .refine((images) => Object.keys(images).length > 0, 'an image is needed')
    .optional(),
  cycle: z.strictObject({ during: z.array(interruption).max(64).default([]) }).optional(),
  wait: duration(day).optional(),
  parked: age.optional(),
  record: name.optional(),
  rotate: rotation.optional(),
  attack: attack.optional(),
  stop: name.optional(),
  failActivation: z.strictObject({ ecu: name }).optional(),
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
  network: z
    .strictObject({ latency: duration(minute).default(40), bitsPerSecond: z.int().min(1000).default(20_000_000) })
    .prefault({}),
  /** Simulated seconds a second when somebody watches. */
  speed: z.number().min(0.1).max(1000).default(5),
  steps: z.array(step).min(1).max(500),
});

export type Vehicle = z.output<typeof vehicleSchema>;
export type EcuDescription = Vehicle['ecus'][string];
export type SecondaryDescription = Extract<EcuDescription, { role: 'secondary' }>;
export type MadeImage = z.output<typeof image>;
export type PublishedImage = z.output<typeof publishedImage>;
export type Attack = z.output<typeof attack>;
export type Interruption = z.output<typeof interruption>;
export type Expectation = z.output<typeof expectation>;
export type Rotation = z.output<typeof rotation>;
export type Step = z.output<typeof step>;
/** A scenario with its vehicle in place. */
export type Scenario = Omit<z.output<typeof scenarioSchema>, 'vehicle'> & { readonly vehicle: Vehicle };
