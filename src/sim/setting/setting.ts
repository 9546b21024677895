// Owns: the form of a scenario but for its steps: the vehicle, the world around it, how fast it is shown. The world is built of it, and must
// not know the steps.
import * as z from 'zod';
import { filenamePatternsMax } from '../../core/limits.ts';
import { parseUtc } from '../../core/utc.ts';
import { duration, filenamePattern, minute, name, time } from '../../vehicleFile/fields.ts';
import { type Vehicle, vehicleSchema } from '../../vehicleFile/vehicle.ts';
import { withUnits } from '../../vehicleFile/withUnits.ts';
import { suppliersMax } from '../limits.ts';

const rootedRoles: readonly string[] = ['root', 'timestamp', 'snapshot', 'targets'];

const supplier = z.strictObject({
  /** The images that the Image repository leaves to it. E4 */
  paths: z.array(filenamePattern).min(1).max(filenamePatternsMax),
  /** Those for this hardware only; for any when omitted. E5 */
  hardware: z.array(name).min(1).optional(),
  terminating: z.boolean().default(false),
});

export const settingSchema = z.strictObject({
  title: z.string().min(1).max(100),
  about: z.string().max(2000).optional(),
  /** A vehicle file, relative to this one, or the vehicle itself. */
  vehicle: z.union([z.string(), vehicleSchema]).meta({ needed: 'a vehicle file’s path or a vehicle' }),
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
});

/** With its vehicle in place. */
export type Setting = Omit<z.output<typeof settingSchema>, 'vehicle'> & { readonly vehicle: Vehicle };
