// Owns: `ecunet verify` under test as a user has it: a pair of repositories in a folder or on a server, a store, and the command, run
// in this process on the real file system and over real HTTP.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { formatUtc } from '../../../src/core/utc.ts';
import { storedImageName } from '../../../src/uptane/model/metadata.ts';
import { encodeRoleName } from '../../../src/uptane/model/profile.ts';
import { draftOf } from '../../uptane/support/attacks.ts';
import { begin, hardwareOf, type Serial, serials, type World } from '../../uptane/support/fixtures.ts';
import type { Finished } from './ecunet.ts';
import { inProcess } from './inProcess.ts';

/** What `--json` prints. */
export interface Printed {
  readonly ok: boolean;
  readonly targets: readonly { readonly filename: string; readonly ecu: string }[];
  readonly versions: Readonly<Record<string, number>>;
  readonly notices?: readonly object[];
  readonly fault: Readonly<Record<string, string>>;
}

/** Runs the command in this process; of a complaint it gives the message alone. */
export async function runVerify(...args: readonly string[]): Promise<Finished> {
  const { stderr, ...rest } = await inProcess('verify', ...args);
  if (stderr !== '') expect(stderr).toMatch(/^ecunet: [^\n]+\n$/);
  return { ...rest, stderr: stderr.replace(/^ecunet: /, '').trimEnd() };
}

/** The one line of a call with `--json`. Whatever is wrong, all of it is told: what, by which clause, where, and the attack indicated. */
export function printed({ stdout }: Finished): Printed {
  expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
  const whole: Printed = JSON.parse(stdout);
  const faults = whole.ok ? (whole.notices ?? []) : [whole.fault];
  const parts = ['code', 'clause', 'role', 'repository', 'file', 'attack', 'message'];
  for (const fault of faults) expect([parts, [...parts, 'expected', 'actual']]).toContainEqual(Object.keys(fault));
  return whole;
}

export type Files = Map<string, Uint8Array>;

/** Every file that a world's servers offer, by `director/2.targets.json` and the like, images included. */
export function offered(world: World): Files {
  const files: Files = new Map();
  const take = (name: string) => {
    const bytes = world.file(name);
    if (bytes !== undefined) files.set(name, bytes);
    return bytes;
  };
  for (const repository of ['director', 'image'] as const) {
    for (let version = 1; take(`${repository}/${version}.root.json`) !== undefined; ) version += 1;
    const timestamp = take(`${repository}/timestamp.json`);
    const versions = new Set(
      Array.from({ length: world.latest(repository, 'snapshot').version }, (_, index) => index + 1),
    );
    if (timestamp !== undefined) versions.add(draftOf(timestamp).meta['snapshot.json']?.version ?? 0);
    for (const version of versions) {
      const snapshot = take(`${repository}/${version}.snapshot.json`);
      for (const [name, meta] of Object.entries(snapshot === undefined ? {} : draftOf(snapshot).meta)) {
        take(`${repository}/${meta.version}.${encodeRoleName(name.replace(/\.json$/, ''))}.json`);
      }
    }
  }
  const listed = [...files].flatMap(([name, bytes]) =>
    name.startsWith('image/') ? Object.entries(draftOf(bytes).targets ?? {}) : [],
  );
  for (const [name, { hashes }] of listed) {
    for (const hash of Object.values(hashes)) {
      const stored = storedImageName(name, hash);
      const bytes = world.images.image(stored, 0, Number.POSITIVE_INFINITY);
      if (bytes !== undefined) files.set(`image/targets/${stored}`, bytes);
    }
  }
  return files;
}

/** The same with the latest of each under its name alone. */
export function unversioned(files: ReadonlyMap<string, Uint8Array>): Files {
  const plain = [...files].map(([name, bytes]): [string, Uint8Array] => [
    name.includes('.root.json')
      ? name
      : name.replace(/[^/]*$/, (last) => last.replace(/^(\d+|[0-9a-f]{64,128})\./, '')),
    bytes,
  ]);
  return new Map(plain);
}

/** Replaces the folder by these files. */
export function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const repository of ['director', 'image']) mkdirSync(join(folder, repository), { recursive: true });
  for (const [name, bytes] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

/** Answers as a web server with these files does. */
export function serving(files: () => ReadonlyMap<string, Uint8Array>) {
  return ({ url = '' }: IncomingMessage, response: ServerResponse): void => {
    const bytes = files().get(decodeURIComponent(url.slice(1)));
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  };
}

/** One ECU with its own store, and where it finds the repositories. */
export class VerifyScene {
  readonly folder: string;
  readonly store: string;
  /** A folder or URL that holds `director` and `image`. */
  repositories: string;

  constructor(folder: string) {
    this.folder = mkdtempSync(join(folder, 'scene-'));
    this.store = join(this.folder, 'store');
    this.repositories = join(this.folder, 'repositories');
  }

  offer(files: ReadonlyMap<string, Uint8Array>): void {
    writeFiles(this.repositories, files);
  }

  /** The arguments that every call has; `now`: seconds since 1970. */
  arguments(serial: Serial = 'primary-0', now = begin): readonly string[] {
    return [
      ...['--director', `${this.repositories}/director`, '--image-repo', `${this.repositories}/image`],
      ...['--store', this.store, '--time', formatUtc(now)],
      ...['--ecu', `${serial}:${hardwareOf(serial)}`],
    ];
  }

  /** As the Primary of the whole vehicle. */
  primary(...args: readonly string[]): Promise<Finished> {
    return runVerify(...this.arguments(), ...asPrimary, '--trust-first', '--json', ...args);
  }

  secondary(serial: Serial, ...args: readonly string[]): Promise<Finished> {
    return runVerify(...this.arguments(serial), '--trust-first', '--json', ...args);
  }

  /** The whole content of the store; undefined where it is not there. */
  stored(): string | undefined {
    if (statSync(this.store, { throwIfNoEntry: false }) === undefined) return undefined;
    return readFileSync(join(this.store, 'trusted.json'), 'utf8');
  }
}

export const asPrimary = [
  '--primary',
  '--ecus',
  serials
    .slice(1)
    .map((serial) => `${serial}:${hardwareOf(serial)}`)
    .join(','),
] as const;
