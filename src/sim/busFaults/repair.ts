// Owns: the end of all faults of a bus: everyone is back on the cable, disturbances and babbling are over.
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { busFaultKind } from './busFault.ts';

export const repair = busFaultKind({
  schema: z.strictObject({ bus: name }),
  documented: [{ form: 'repair: {bus}', meaning: 'ends every fault of the bus' }],
  text: ({ bus }) => `bus ${bus} is repaired`,
  apply: (bus) => bus.repair(),
  applyToEthernet: (network) => network.repair(),
});
