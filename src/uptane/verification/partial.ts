// Owns: partial verification, Q: the Director's Targets alone. It cannot tell what the Director's keys, once stolen, sign:
// that is its price, and scenarios/stolen-director-keys.yaml shows it.
import { fail, ok } from '../../core/result.ts';
import { checkTargets, targetsCap } from '../checks/targets.ts';
import type { TrustedMetadata } from '../trusted.ts';
import type { VerifiedTargets } from './full.ts';
import type { EcuContext, Outcome, Procedure } from './procedure.ts';

export function* verifyPartial(ecu: EcuContext, trusted: TrustedMetadata): Procedure<Outcome<VerifiedTargets>> {
  // Q2: V, without V2, under the root that the ECU was provisioned with
  const { root, targets: stored } = trusted.director;
  const bytesMax = targetsCap('director', undefined);
  const bytes = yield { repository: 'director', role: 'targets', version: undefined, bytesMax };
  const context = { ...ecu, repository: 'director', file: 'targets.json', listed: undefined } as const;
  const targets = checkTargets({ ...context, root: root.body, trusted: stored?.body }, bytes);
  if (!targets.ok) return { trusted, result: fail(targets.fault) };
  return { trusted: { director: { root, targets: targets.value } }, result: ok({ director: targets.value.body }) };
}
