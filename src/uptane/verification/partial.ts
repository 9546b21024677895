// Owns: partial verification, Q: the Director's Targets alone, and its Root where the ECU follows that. It cannot tell what the
// Director's keys, once stolen, sign: that is its price, and scenarios/stolen-director-keys.yaml shows it.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok } from '../../core/result.ts';
import type { VerifiedTargets } from './full.ts';
import { followTargets, withoutSetAside } from './onlineRoles.ts';
import type { EcuContext, Outcome, Procedure, Verifying } from './procedure.ts';
import { followRoots } from './rootChain.ts';
import type { TrustedMetadata } from './trusted.ts';

/** `followsRoot`: whether the ECU follows rotations of the Director's Root (policy 5). */
export function* verifyPartial(
  context: EcuContext,
  start: TrustedMetadata,
  { followsRoot }: { readonly followsRoot: boolean },
): Procedure<Outcome<VerifiedTargets>> {
  const ecu: Verifying = { ...context, notices: [] };
  let { director } = start;
  const refused = (fault: RemoteFault): Outcome<never> => ({
    trusted: { director },
    result: fail(fault),
    notices: ecu.notices,
  });
  // Q2, the extra check that it allows: S for the Director's Root
  if (followsRoot) {
    const roots = yield* followRoots(ecu, 'director', director);
    director = roots.trusted;
    if (!roots.result.ok) return refused(roots.result.fault);
  }
  // Q2: V, without V2
  const targets = yield* followTargets(ecu, 'director', director, undefined);
  if (!targets.ok) return refused(targets.fault);
  return {
    trusted: { director: { ...withoutSetAside(director), targets: targets.value } },
    result: ok({ director: targets.value.body }),
    notices: ecu.notices,
  };
}
