// The vectors in aktualizr's form through the command, step by step with one store: the twelve from outside, and the whole set of 86
// written anew.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../files/support/temporary.ts';
import { cases } from '../vectors/aktualizrCases.ts';
import { ed25519Key, hardwareId, newPair, serial, writePair } from '../vectors/aktualizrRepository.ts';
import { printed, runVerify, writeFiles } from './support/verifyScene.ts';

const data = join(import.meta.dirname, '../vectors/data');
const names = readdirSync(data, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const temporaryFolder = temporaryFolders();

interface Part {
  readonly is_success: boolean;
}
interface Verdict {
  readonly update: Part;
  readonly targets: Readonly<Record<string, Part>>;
}
type Step = Readonly<Record<'director' | 'image_repo', Verdict>>;

const passes = ({ director, image_repo }: Step): boolean =>
  [director, image_repo].every(({ update, targets }) =>
    [update, ...Object.values(targets)].every((part) => part.is_success),
  );

/** Of each that fails, in its last step. */
const faults: Readonly<Record<string, object>> = {
  director_bad_hw_id: { code: 'repositories-disagree', clause: 'R10.3', attack: 'wrong-software' },
  director_root_expired: { code: 'expired', clause: 'S6', role: 'root', repository: 'director' },
  director_target_hash_mismatch: { code: 'repositories-disagree', clause: 'R10.2' },
  director_targets_same_ecu: { code: 'duplicate-ecu', clause: 'V7', role: 'targets', repository: 'director' },
  image_repo_root_rotation_no_new_signature: { code: 'threshold-unmet', clause: 'S3', repository: 'image' },
  image_repo_snapshot_zero_threshold: { code: 'zero-threshold', role: 'root', repository: 'image' },
  image_repo_targets_unsigned: { code: 'threshold-unmet', clause: 'V3', role: 'targets', repository: 'image' },
  image_repo_timestamp_expired: { code: 'expired', clause: 'T4', role: 'timestamp', repository: 'image' },
  target_oversized: { code: 'length-mismatch', clause: 'P6', repository: 'image', attack: 'endless-data' },
};

/** One step, as the one Primary of the vehicle. */
function step(folder: string, offered: string, downloads: string) {
  return runVerify(
    ...['--director', join(offered, 'director'), '--image-repo', join(offered, 'image_repo')],
    ...['--store', join(folder, 'store'), '--ecu', `${serial}:${hardwareId}`, '--primary'],
    ...['--profile', 'aktualizr', '--trust-first', '--download', downloads, '--json'],
  );
}

describe('ecunet verify --profile aktualizr', () => {
  it('is shown twelve vectors', () => expect(names).toHaveLength(12));

  it.each(names)('judges the outside vector %s as a real aktualizr does', async (name) => {
    const { steps }: { steps: readonly Step[] } = JSON.parse(readFileSync(join(data, name, 'vector.json'), 'utf8'));
    const folder = temporaryFolder();
    for (const [index, expected] of steps.entries()) {
      const downloads = join(folder, `downloads-${index}`);
      const finished = await step(folder, join(data, name, String(index)), downloads);
      const result = printed(finished);
      expect(finished).toMatchObject({ code: passes(expected) ? 0 : 1, stderr: '' });
      expect(result.ok).toBe(passes(expected));
      const downloaded = existsSync(downloads) ? readdirSync(downloads) : [];
      expect(downloaded).toEqual(result.ok ? ['file.txt'] : []);
      if (!result.ok) {
        expect(result.fault).toMatchObject(faults[name] ?? expect.fail(name));
        continue;
      }
      expect(result.targets).toEqual([{ filename: 'file.txt', length: 11, hashes: expect.anything(), ecu: serial }]);
      expect(readFileSync(join(downloads, 'file.txt'), 'utf8')).toBe('wat wat wat');
    }
  });

  it.each(cases.map(({ name, steps }) => [name, steps] as const))('judges %s, written anew', async (_, steps) => {
    const folder = temporaryFolder();
    for (const [index, { change, verdict }] of steps.entries()) {
      const pair = newPair(ed25519Key);
      change(pair, ed25519Key);
      const offered = join(folder, String(index));
      writeFiles(offered, writePair(pair, { canonical: 'rfc8785', signatures: 'base64', pretty: false }));
      const finished = await step(folder, offered, join(folder, `downloads-${index}`));
      expect(finished).toMatchObject({ code: verdict === undefined ? 0 : 1, stderr: '' });
      // Too long an image is found while it comes, and not when it is there. P6
      const clause = verdict?.clause === 'P9' ? 'P6' : verdict?.clause;
      expect(printed(finished).fault).toEqual(verdict && expect.objectContaining({ ...verdict, clause }));
    }
  });
});
