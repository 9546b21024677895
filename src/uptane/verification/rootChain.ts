// Owns: the root chain (S), following a repository's root from the trusted version to the latest.
import type { RemoteFault } from '../../core/faults.ts';
import { rootRotationsMax } from '../../core/limits.ts';
import { ok, type Result } from '../../core/result.ts';
import { refuse } from '../checks/context.ts';
import { checkExpiry } from '../checks/expiry.ts';
import { checkNextRoot, rotatedOnlineKeys } from '../checks/root.ts';
import type { RepositoryName } from '../model/metadata.ts';
import { checkContext, type Procedure, type Verifying } from './procedure.ts';
import type { TrustedRepository } from './trusted.ts';

/** What to keep of a repository, and whether its latest root is good. */
export interface RootChain {
  readonly trusted: TrustedRepository;
  readonly result: Result<void, RemoteFault>;
}

/** S1 to S7. Every root that verifies is kept, also where a later one does not. */
export function* followRoots(
  ecu: Verifying,
  repository: RepositoryName,
  start: TrustedRepository,
): Procedure<RootChain> {
  // S1: begin with the trusted root
  let trusted = start;
  for (let step = 0; ; step += 1) {
    // S2: ask for the next version, up to a size, until there is none
    const file = { role: 'root', version: trusted.root.body.version + 1 } as const;
    const context = checkContext(ecu, repository, file);
    const bytes = yield { repository, ...file, bytesMax: ecu.profile.bytesMax.root };
    if (bytes === undefined) break;
    if (step === rootRotationsMax) {
      const message = `more than ${rootRotationsMax} roots to follow`;
      return {
        trusted,
        result: refuse(context, { clause: 'S2', code: 'oversized', indicates: 'endless-data', message }),
      };
    }
    // S3 S4: a threshold of the old keys and of its own signed it, and its version is the next one
    const next = checkNextRoot(context, trusted.root, bytes);
    if (!next.ok) return { trusted, result: next };
    // S5 S7: it is trusted now; where it names other online keys, what the old ones signed is forgotten
    const rotated = rotatedOnlineKeys(trusted.root.body, next.value.body);
    const { timestamp: _timestamp, snapshot: _snapshot, ...kept } = trusted;
    trusted = { ...(rotated ? kept : trusted), root: next.value };
  }
  // S6: the last one has not expired
  const { version } = trusted.root.body;
  const fresh = checkExpiry(checkContext(ecu, repository, { role: 'root', version }), 'S6', trusted.root.body);
  return { trusted, result: fresh.ok ? ok() : fresh };
}
