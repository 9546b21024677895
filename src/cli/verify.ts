// Owns: `ecunet verify`: its options, what is opened in which order, and what is printed. docs/verify.md
import { DownloadFolder } from '../client/downloadFolder.ts';
import { downloadImages } from '../client/downloadImages.ts';
import { openSource } from '../client/sources/openSource.ts';
import { RepositoryFiles } from '../client/sources/repositoryFiles.ts';
import { openTrustStore } from '../client/trustStore.ts';
import {
  type Beginning,
  type VerificationInputs,
  type Verified,
  verifyRepositories,
} from '../client/verifyRepositories.ts';
import { InputError, type RemoteFault } from '../core/faults.ts';
import type { Result } from '../core/result.ts';
import { printable } from '../core/text.ts';
import { hostSeconds } from '../core/time/hostTime.ts';
import { ed25519Node } from '../crypto/ed25519Node.ts';
import { readBoundedFile } from '../files/regularFile.ts';
import type { ClientNotice } from '../uptane/aktualizr/notices.ts';
import { faultSummary, faultText } from '../uptane/model/faults.ts';
import type { Target } from '../uptane/model/metadata.ts';
import { type Profile, profiles } from '../uptane/model/profile.ts';
import type { NamedEcu, VerifyOptions } from './commands/verify.ts';
import { linesPrintedCharsMax } from './limits.ts';
import { exitFailed, exitOk } from './process/exitCodes.ts';
import type { Io } from './process/io.ts';
import { jsonLine } from './process/jsonLine.ts';
import { onEndingSignal } from './process/signals.ts';

/** What the options amount to once they are known to be good. Nothing is made or changed before that. */
interface Task {
  readonly inputs: Omit<VerificationInputs, 'store'>;
  /** Undefined where no images are wanted. Makes the folder. */
  readonly download: ((images: readonly Target[]) => Promise<Result<void, RemoteFault>>) | undefined;
  close(): void;
}

export async function verify({ out }: Io, options: VerifyOptions): Promise<number> {
  const { inputs, download, close } = taskOf(options);
  const store = openTrustStore(options.store);
  // A signal ends the process by its exit handlers: the lock is given back, and half a download is not left.
  const stopListening = onEndingSignal((exitCode) => process.exit(exitCode));
  try {
    const { verified, clientNotices } = await verifyRepositories({ ...inputs, store });
    const downloaded = verified.ok ? await download?.(verified.value.images) : undefined;
    const result = downloaded?.ok === false ? downloaded : verified;
    out(options.json ? jsonLine(resultObject(result, clientNotices)) : resultText(result, clientNotices, options));
    return result.ok ? exitOk : exitFailed;
  } finally {
    stopListening();
    store.close();
    close();
  }
}

function taskOf(options: VerifyOptions): Task {
  const { mode, imageRepo, download, ecu, ecus = [], primary } = options;
  const profile: Profile = profiles[options.profile];
  if (mode === 'full' && imageRepo === undefined) throw new InputError('--image-repo is needed for full verification');
  if (options.ecus !== undefined && !primary) throw new InputError('--ecus goes with --primary');
  if (download !== undefined && imageRepo === undefined) throw new InputError('--download needs --image-repo');
  const director = new RepositoryFiles(profile, openSource(options.director));
  const image = imageRepo === undefined ? undefined : new RepositoryFiles(profile, openSource(imageRepo));
  return {
    inputs: {
      signatures: ed25519Node(),
      profile,
      mode,
      director,
      image,
      beginning: beginningOf(options, profile),
      ecu,
      vehicle: primary ? vehicleOf([ecu, ...ecus]) : undefined,
      now: options.time ?? hostSeconds(),
    },
    download:
      download === undefined || image === undefined
        ? undefined
        : (images) => downloadImages(image.source, new DownloadFolder(download), images),
    close: () => {
      director.source.close();
      image?.source.close();
    },
  };
}

function vehicleOf(ecus: readonly NamedEcu[]): ReadonlyMap<string, string> {
  const vehicle = new Map<string, string>();
  for (const { serial, hardwareId } of ecus) {
    if ((vehicle.get(serial) ?? hardwareId) !== hardwareId) throw new InputError(`--ecus ${serial}: given twice`);
    vehicle.set(serial, hardwareId);
  }
  return vehicle;
}

function beginningOf(
  { trustFirst, trustDirector, trustImageRepo }: VerifyOptions,
  { bytesMax }: Profile,
): Beginning | undefined {
  if (trustFirst) return 'first';
  if (trustDirector === undefined && trustImageRepo === undefined) return undefined;
  return {
    ...(trustDirector !== undefined && { director: readBoundedFile(trustDirector, bytesMax.root) }),
    ...(trustImageRepo !== undefined && { image: readBoundedFile(trustImageRepo, bytesMax.root) }),
  };
}

/** What `--json` prints; its members are a contract with scripts. */
function resultObject(verified: Result<Verified, RemoteFault>, clientNotices: readonly ClientNotice[]): object {
  const faults = verified.ok ? verified.value.notices : [];
  const notices = [...faults.map(faultObject), ...clientNotices.map(clientNoticeObject)];
  const noticed = notices.length > 0 && { notices };
  if (!verified.ok) return { ok: false, fault: faultObject(verified.fault), ...noticed };
  const { targets, versions } = verified.value;
  return { ok: true, targets, versions, ...noticed };
}

/** A fault's members but for the attack, and which difference it is, of which of aktualizr's programs. */
function clientNoticeObject(notice: ClientNotice): object {
  const { code, clause, role, repository, file, message, difference, clients } = notice;
  return { code, clause, role, repository, file, message, difference, clients };
}

function faultObject({ code, clause, role, repository, file, attack, message, expected, actual }: RemoteFault): object {
  return { code, clause, role, repository, file, attack, message, expected, actual };
}

function resultText(
  verified: Result<Verified, RemoteFault>,
  clientNotices: readonly ClientNotice[],
  options: VerifyOptions,
): string {
  const lines = verified.ok ? verifiedLines(verified.value, options) : [`refused: ${faultText(verified.fault)}`];
  const noticed = clientNotices.map((notice) => `noticed: ${clientNoticeText(notice)}`);
  return [...noticed, ...lines].map((line) => `${printable(line, linesPrintedCharsMax)}\n`).join('');
}

/** As a fault is written, its code before it. */
function clientNoticeText(notice: ClientNotice): string {
  return `${notice.code}: ${faultSummary(notice)} [${notice.clause}]`;
}

function verifiedLines(verified: Verified, { ecu, primary, download }: VerifyOptions): readonly string[] {
  const { targets, images, versions, notices } = verified;
  const files = Object.entries(versions).map(([file, version]) => `${file} ${version}`);
  return [
    ...notices.map((notice) => `noticed: ${faultText(notice)}`),
    `verified: ${files.join(', ')}`,
    ...targets.map(({ ecu, filename, length }) => `${ecu} is to install ${filename}, ${length} bytes`),
    ...(targets.length === 0 ? [`nothing is to be installed${primary ? '' : ` on ${ecu.serial}`}`] : []),
    ...(download === undefined ? [] : [`downloaded: ${images.length} to ${download}`]),
  ];
}
