// Owns: repositories' files by the names under which a Secondary's verification asks for them.
import type { CurrentFiles } from '../../../repository/roles/publication.ts';
import { fileName, uptaneProfile } from '../../../uptane/model/profile.ts';

/** What a Secondary is sent that verifies partially, but for roots. */
export function partialBundle(files: CurrentFiles | undefined): ReadonlyMap<string, Uint8Array> {
  return new Map(files === undefined ? [] : [['director/targets.json', files.targets]]);
}

/** The files of a repository by the names that a full verification asks for. */
export function fullBundle(
  repository: 'director' | 'image',
  files: CurrentFiles | undefined,
): ReadonlyMap<string, Uint8Array> {
  if (files === undefined) return new Map();
  return new Map([
    [`${repository}/timestamp.json`, files.timestamp],
    [`${repository}/${files.version}.snapshot.json`, files.snapshot],
    [`${repository}/${files.targetsVersion}.targets.json`, files.targets],
    ...files.delegated.map(
      ({ role, version, bytes }) =>
        [`${repository}/${fileName(uptaneProfile, { role: 'targets', delegated: role, version })}`, bytes] as const,
    ),
  ]);
}

export function rootsOf(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
  return new Map([...files].filter(([file]) => file.endsWith('.root.json')));
}
