// Owns: the repository map: where each repository is, and which repositories must all have signed an image of a name. G
// An ECU is given it at manufacture. It can ask for more than full verification does, and never for less.

import type { Result } from '../../core/result.ts';
import { canonicalJson } from '../json/canonicalJson.ts';
import { notAsExpected, readArray, reading, readObject, readString } from '../json/jsonReader.ts';
import { type JsonValue, parseStrictJson } from '../json/strictJson.ts';
import {
  foreignNameCharsMax,
  patternCharsMax,
  repositoryMappingsMax,
  repositoryMirrorsMax,
  urlCharsMax,
} from '../limits.ts';
import type { RepositoryName } from './metadata.ts';
import { matchesPath } from './pathPattern.ts';

const names = ['director', 'image'] as const satisfies readonly RepositoryName[];

/** Paths, and the repositories that must all have signed what lies there. G3 */
export interface Mapping {
  readonly paths: readonly string[];
  readonly repositories: readonly string[];
}

export interface RepositoryMap {
  /** Each repository's addresses, the first to be asked first. G2 */
  readonly urls: { readonly [repository in RepositoryName]: readonly string[] };
  /** In order: the first of which a path matches counts. */
  readonly mapping: readonly Mapping[];
}

/** Both repositories must sign every image. */
export function mapOfBoth(urls: RepositoryMap['urls']): RepositoryMap {
  return { urls, mapping: [{ paths: ['*'], repositories: names }] };
}

/** The map as an ECU stores it. */
export function writeRepositoryMap({ urls, mapping }: RepositoryMap): Uint8Array {
  return canonicalJson({ mapping, repositories: urls });
}

/** The map of stored bytes, or one line on what is wrong with it. G2: a map that lacks one of the two is none. */
export function readRepositoryMap(bytes: Uint8Array): Result<RepositoryMap, string> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return json;
  return reading(() => {
    const file = readObject(json.value, 'map');
    const repositories = readObject(file.repositories, 'repositories');
    const urls = (name: RepositoryName) => {
      const read = readTexts(repositories[name], `repositories.${name}`, repositoryMirrorsMax, urlCharsMax);
      return read.length > 0 ? read : notAsExpected(`repositories.${name}`, 'an address is needed [G2]');
    };
    const mapping = readArray(file.mapping, 'mapping', repositoryMappingsMax).map((entry, index): Mapping => {
      const path = `mapping[${index}]`;
      const object = readObject(entry, path);
      return {
        paths: readTexts(object.paths, `${path}.paths`, repositoryMappingsMax, patternCharsMax),
        repositories: readTexts(object.repositories, `${path}.repositories`, repositoryMirrorsMax, foreignNameCharsMax),
      };
    });
    return { urls: { director: urls('director'), image: urls('image') }, mapping };
  });
}

function readTexts(value: JsonValue | undefined, path: string, itemsMax: number, charsMax: number): readonly string[] {
  return readArray(value, path, itemsMax).map((text) => readString(text, path, charsMax));
}

/** The repositories that must all sign an image of this name; undefined where the map does not say. G3 */
export function repositoriesFor({ mapping }: RepositoryMap, filename: string): readonly string[] | undefined {
  // `*` alone is every name, folders and all.
  const covers = (pattern: string) => pattern === '*' || matchesPath(pattern, filename);
  return mapping.find(({ paths }) => paths.some(covers))?.repositories;
}
