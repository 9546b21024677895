// Owns: nodes off the cable of their bus.
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { busFaultKind } from './busFault.ts';

/** All nodes, when none is named. */
const everyone = ['*'];

export const partition = busFaultKind({
  schema: z.strictObject({ bus: name, nodes: z.array(name).min(1).optional() }),
  documented: [{ form: 'partition: {bus, nodes: [ECU]}', meaning: 'these nodes, or all, are off the cable' }],
  text: ({ bus, nodes }) => `bus ${bus} is cut${nodes === undefined ? '' : ` at ${nodes.join(', ')}`}`,
  nodesOf: ({ nodes = [] }) => nodes,
  apply: (bus, { nodes = everyone }) => bus.partition(nodes),
  applyToEthernet: (network, { nodes = everyone }) => network.partition(nodes),
});
