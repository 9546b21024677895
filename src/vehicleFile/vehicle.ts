// Owns: the form of a vehicle file: buses, Ethernet networks, ECUs, gateways. What refers to what is checked in vehicleProblems.ts. Must not
// know scenarios.
import * as z from 'zod';
import { ecusMax, filenamePatternsMax, imageBlockBytesMax, imageBlockBytesMin } from '../core/limits.ts';
import { KIB, MIB } from '../core/units.ts';
import { ethernetSchema } from './ethernet.ts';
import { canId, duration, filenamePattern, mapOf, minute, name, size, vin } from './fields.ts';
import { gatewaySchema } from './gateways.ts';
import { declaringImageSchema } from './image.ts';
import { sizeBetween } from './quantities.ts';
import { trafficSchema } from './traffic/traffic.ts';
import { withUnits } from './withUnits.ts';

/** What transceivers for CAN FD reach. */
export const dataBitrateMax = 8_000_000;

const bus = z.strictObject({
  kind: z.enum(['can', 'can-fd']),
  bitrate: z.int().min(10_000).max(1_000_000),
  dataBitrate: z.int().min(10_000).max(dataBitrateMax).optional(),
  /** `trivial`: what is sent arrives at once. */
  behaviour: z.enum(['detailed', 'trivial']).default('detailed'),
  /** What the ECUs send that are not in the vehicle file. */
  traffic: trafficSchema.optional(),
});

const ecuCommon = {
  hardware: name,
  image: declaringImageSchema,
  /** The names of the images that it may install; any when omitted. P7 */
  images: z.array(filenamePattern).min(1).max(filenamePatternsMax).optional(),
  /** It has a decryption key, and the Director encrypts its images for it. D7 */
  encrypted: z.boolean().default(false),
  bootTime: duration(10 * minute).default(300),
  flash: withUnits(
    z.strictObject({
      bank: size.default(16 * MIB),
      bytesPerSecond: z
        .int()
        .min(1)
        .max(1e9)
        .default(512 * KIB),
    }),
    { bank: 'bankBytes' },
  ).prefault({}),
};

const primary = withUnits(
  z.strictObject({ role: z.literal('primary'), buses: z.array(name).min(1).max(16), ...ecuCommon }),
  { bootTime: 'bootMs' },
);

const secondary = withUnits(
  z.strictObject({
    role: z.literal('secondary'),
    verification: z.enum(['full', 'partial', 'partial+root']),
    bus: name,
    /** On a CAN bus. */
    requestId: canId.optional(),
    responseId: canId.optional(),
    /** What it asks of those who send to it, where that is to differ from what the way to it needs: BS, and STmin in milliseconds. */
    isotp: z
      .strictObject({ blocksize: z.int().min(0).max(255).optional(), stmin: z.int().min(0).max(127).optional() })
      .optional(),
    block: sizeBetween(imageBlockBytesMin, imageBlockBytesMax).default(4000),
    verifyTime: duration(10 * minute).default(20),
    /** A trusted real-time clock of its own; when omitted, its time comes through the Primary. */
    clock: z.literal('own').optional(),
    ...ecuCommon,
  }),
  { bootTime: 'bootMs', verifyTime: 'verifyMs', block: 'blockBytes' },
);

/** As a file has it: all networks are buses, and a gateway is an ECU. */
const vehicleForm = z.strictObject({
  vin,
  buses: mapOf(z.discriminatedUnion('kind', [bus, ethernetSchema]), 'buses', 16),
  ecus: mapOf(z.discriminatedUnion('role', [primary, secondary, gatewaySchema]), 'ECUs', ecusMax),
});

type AnyBus = z.output<typeof vehicleForm>['buses'][string];
type AnyEcu = z.output<typeof vehicleForm>['ecus'][string];

/** As it is read, and as a trace holds it. */
export interface Vehicle {
  readonly vin: string;
  /** Those that carry CAN frames. */
  readonly buses: Readonly<Record<string, Exclude<AnyBus, { kind: 'ethernet' }>>>;
  readonly ethernets: Readonly<Record<string, Extract<AnyBus, { kind: 'ethernet' }>>>;
  /** Those that get updates. */
  readonly ecus: Readonly<Record<string, Exclude<AnyEcu, { role: 'gateway' }>>>;
  readonly gateways: Readonly<Record<string, Extract<AnyEcu, { role: 'gateway' }>>>;
}

const readVehicleForm = z.looseObject({
  vin: z.string(),
  buses: z.record(z.string(), z.unknown()),
  ethernets: z.record(z.string(), z.unknown()),
  ecus: z.record(z.string(), z.unknown()),
  gateways: z.record(z.string(), z.unknown()),
}) as unknown as z.ZodType<Vehicle, Vehicle>;

export const vehicleSchema = z.codec(vehicleForm, readVehicleForm, {
  decode: ({ vin, buses, ecus }): Vehicle => ({
    vin,
    buses: partOf(buses, (bus) => bus.kind !== 'ethernet'),
    ethernets: partOf(buses, (bus) => bus.kind === 'ethernet'),
    ecus: partOf(ecus, (ecu) => ecu.role !== 'gateway'),
    gateways: partOf(ecus, (ecu) => ecu.role === 'gateway'),
  }),
  encode: ({ buses, ethernets, ecus, gateways, ...vehicle }) => ({
    ...vehicle,
    buses: { ...buses, ...ethernets },
    ecus: { ...ecus, ...gateways },
  }),
});

function partOf<Value, Part extends Value>(
  all: Readonly<Record<string, Value>>,
  isPart: (value: Value) => value is Part,
): Record<string, Part> {
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (isPart(value) ? [[name, value]] : [])));
}

export type EcuDescription = Vehicle['ecus'][string];
export type SecondaryDescription = Extract<EcuDescription, { role: 'secondary' }>;
/** A Secondary that is reached over ISO-TP. */
export type AddressedSecondary = SecondaryDescription & { readonly requestId: number; readonly responseId: number };
/** Whether it is known by ids: in a checked vehicle, every Secondary but one that the Primary has on an Ethernet network of its own. */
export function hasIds(ecu: SecondaryDescription): ecu is AddressedSecondary {
  return ecu.requestId !== undefined && ecu.responseId !== undefined;
}
