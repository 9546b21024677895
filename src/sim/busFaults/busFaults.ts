// Owns: what all kinds of bus faults have in common: members of a step or of an interruption, their check, doing them. Names no single kind.

import type * as z from 'zod';
import { InputError } from '../../core/faults.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import { type Checked, memberOf, nodeProblems } from '../setting/known.ts';
import { registryOf } from '../setting/registry.ts';
import type { Transports } from '../transports/transports.ts';
import type { BusFaultKind } from './busFault.ts';
import * as kinds from './index.ts';

type Kinds = typeof kinds;
/** The bus faults among the members of a step, or of an interruption, each by its name. */
export type BusFaults = { readonly [Name in keyof Kinds]?: z.output<Kinds[Name]['schema']> | undefined };

export const busFaultKinds = registryOf<BusFaultKind>(kinds);

/** One fault with its kind. */
export interface BusFault {
  readonly name: string;
  readonly kind: BusFaultKind;
  readonly fault: { readonly bus: string };
}

/** Those that are there. */
export function busFaultsOf(members: BusFaults): readonly BusFault[] {
  const given: Readonly<Record<string, { readonly bus: string } | undefined>> = { ...members };
  return Object.entries(busFaultKinds).flatMap(([name, kind]) => {
    const fault = given[name];
    return fault === undefined ? [] : [{ name, kind, fault }];
  });
}

/** `at` leads to the fault. */
export function* busFaultProblems({ kind, fault }: BusFault, at: Checked): Generator<Problem> {
  const { vehicle, path } = at;
  const { bus: name } = fault;
  const bus = Object.hasOwn(vehicle.buses, name) ? vehicle.buses[name] : undefined;
  const nodes = kind.nodesOf?.(fault) ?? [];
  for (const node of nodes) yield* nodeProblems(at, node);
  if (Object.hasOwn(vehicle.ethernets, name)) {
    const message = `${name} is Ethernet: it can be cut and repaired; its losses are those of the vehicle file`;
    if (kind.applyToEthernet === undefined) yield { path, message };
  } else if (bus === undefined) {
    yield {
      path: memberOf(at, 'bus').path,
      message: `there is no bus ${name}${didYouMean(name, Object.keys({ ...vehicle.buses, ...vehicle.ethernets }))}`,
    };
    return;
  }
  for (const node of nodes) {
    const ecu = vehicle.ecus[node] ?? vehicle.gateways[node];
    const on = ecu !== undefined && 'buses' in ecu ? ecu.buses : [ecu?.bus];
    if (ecu !== undefined && !on.includes(name)) yield { path, message: `${node} is not on bus ${name}` };
  }
  if (bus?.behaviour === 'trivial' && kind.needsTiming?.(fault)) {
    yield { path, message: `bus ${name} has no timing: bit errors and babbling need behaviour: detailed` };
  }
}

/** In words a user reads. */
export function busFaultText({ kind, fault }: BusFault): string {
  return kind.text(fault);
}

export function doToBus({ buses, ethernets }: Transports, { kind, fault }: BusFault): void {
  const network = ethernets.get(fault.bus);
  if (network !== undefined) {
    kind.applyToEthernet?.(network, fault);
    return;
  }
  const bus = buses.get(fault.bus);
  if (bus === undefined) throw new InputError(`there is no bus ${fault.bus}`);
  kind.apply(bus, fault);
}
