// Owns: R0, whether the repository map leaves an image to just the two repositories that full verification asks. G3
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Target } from '../model/metadata.ts';
import { type RepositoryMap, repositoriesFor } from '../model/repositoryMap.ts';
import { refuse } from './context.ts';

/**
 * `not-mapped` for an image that the map does not name, leaves to fewer repositories, or to one that this vehicle does not know: a
 * map that somebody tampered with must not take a repository out of the verification.
 */
export function checkMapped(map: RepositoryMap, { filename }: Target): Result<void, RemoteFault> {
  // R0: the map leaves the image to the Director and the Image repository together
  const needed = repositoriesFor(map, filename);
  if (needed?.length === 2 && needed.includes('director') && needed.includes('image')) return ok();
  const stated =
    needed === undefined ? 'does not name this image' : `leaves this image to ${needed.join(', ') || 'nobody'}`;
  const at = { repository: 'director', role: 'targets', file: filename } as const;
  const message = `the repository map ${stated}`;
  return refuse(at, { clause: 'R0', code: 'not-mapped', indicates: 'arbitrary-installation', message });
}
