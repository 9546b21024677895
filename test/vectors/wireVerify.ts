// Owns: `ecunet verify --profile aktualizr` without the command: over files in memory, with one store for each way of verifying.
import { DownloadFolder } from '../../src/client/downloadFolder.ts';
import { downloadImages } from '../../src/client/downloadImages.ts';
import { RepositoryFiles } from '../../src/client/sources/repositoryFiles.ts';
import { fetchWhole, type Source } from '../../src/client/sources/source.ts';
import type { StoredTrust, TrustStore } from '../../src/client/trustStore.ts';
import { type VerificationMode, verifyRepositories } from '../../src/client/verifyRepositories.ts';
import type { RemoteFault } from '../../src/core/faults.ts';
import { ed25519Node } from '../../src/crypto/ed25519Node.ts';
import type { ClientNotice } from '../../src/uptane/aktualizr/notices.ts';
import { aktualizrProfile } from '../../src/uptane/model/profile.ts';
import { begin } from '../uptane/support/fixtures.ts';
import { hardware } from './wirePair.ts';

export const ways = ['primary', 'full', 'partial', 'partial+root'] as const;
export type Way = (typeof ways)[number];

/** By `director/targets.json`, `image/targets/p1.bin` and the like. */
export type Files = ReadonlyMap<string, Uint8Array>;

export interface Judgement {
  readonly ok: boolean;
  /** As verdicts.json writes it: `ok: p1.bin, s1.bin`, or `rollback V4 director/targets`. */
  readonly words: string;
  readonly notices: readonly ClientNotice[];
  /** Whether it is an image that is wrong, and no metadata. */
  readonly ofImage: boolean;
}

function memorySource(files: Files, folder: string): Source {
  const source: Omit<Source, 'fetch'> = {
    describe: folder,
    stream: async (path, bytesMax, take) => {
      const bytes = files.get(`${folder}/${decodeURIComponent(path)}`);
      if (bytes === undefined) return { status: 'absent' };
      const read = bytes.slice(0, bytesMax + 1);
      take(read);
      return { status: 'found', length: read.length };
    },
    close: () => {},
  };
  return { ...source, fetch: (path, bytesMax) => fetchWhole(source, path, bytesMax) };
}

function memoryStore(): TrustStore {
  let kept: StoredTrust | undefined;
  return {
    read: () => kept,
    write: (trust) => {
      kept = trust;
    },
    close: () => {},
  };
}

const modes: Readonly<Record<Way, VerificationMode>> = {
  primary: 'full',
  full: 'full',
  partial: 'partial',
  'partial+root': 'partial+root',
};

/** One ECU that verifies in one way, state after state. */
export class WireVerifier {
  private readonly way: Way;
  private readonly downloads: string;
  private readonly store = memoryStore();

  /** `downloads`: a folder for images, which are fetched where both repositories are verified. */
  constructor(way: Way, downloads: string) {
    this.way = way;
    this.downloads = downloads;
  }

  async judge(files: Files): Promise<Judgement> {
    const { way } = this;
    const serial = way === 'primary' ? 'primary-0' : 'secondary-1';
    const image = memorySource(files, 'image');
    const { verified, clientNotices: notices } = await verifyRepositories({
      signatures: ed25519Node(),
      profile: aktualizrProfile,
      mode: modes[way],
      director: new RepositoryFiles(aktualizrProfile, memorySource(files, 'director')),
      image: new RepositoryFiles(aktualizrProfile, image),
      store: this.store,
      beginning: 'first',
      ecu: { serial, hardwareId: hardware[serial] },
      vehicle: way === 'primary' ? new Map(Object.entries(hardware)) : undefined,
      now: begin,
    });
    if (!verified.ok) return { ok: false, words: faultWords(verified.fault), notices, ofImage: false };
    const isFull = modes[way] === 'full' && [...files.keys()].some((name) => name.startsWith('image/targets/'));
    const downloaded = isFull
      ? await downloadImages(image, new DownloadFolder(this.downloads), verified.value.images)
      : undefined;
    if (downloaded?.ok === false) return { ok: false, words: faultWords(downloaded.fault), notices, ofImage: true };
    const names = [...new Set(verified.value.targets.map(({ filename }) => filename))];
    return { ok: true, words: `ok: ${names.join(', ')}`, notices, ofImage: false };
  }
}

function faultWords({ code, clause, repository, role }: RemoteFault): string {
  return `${code} ${clause} ${repository}/${role}`;
}
