// Owns: `ecunet verify`: its options, what is opened in which order, and what is printed. docs/verify.md
import { Command, InvalidArgumentError, Option } from 'commander';
import { DownloadFolder } from '../client/downloadFolder.ts';
import { downloadImages } from '../client/downloadImages.ts';
import { openSource } from '../client/sources/openSource.ts';
import { RepositoryFiles } from '../client/sources/repositoryFiles.ts';
import { openTrustStore } from '../client/trustStore.ts';
import {
  type Beginning,
  type VerificationInputs,
  type VerificationMode,
  type Verified,
  verifyRepositories,
} from '../client/verifyRepositories.ts';
import { InputError, type RemoteFault } from '../core/faults.ts';
import { hostSeconds } from '../core/hostTime.ts';
import { identifierCharsMax, linesPrintedCharsMax } from '../core/limits.ts';
import type { Result } from '../core/result.ts';
import { printable } from '../core/text.ts';
import { parseIsoTime } from '../core/utc.ts';
import { ed25519Node } from '../crypto/ed25519Node.ts';
import { readBoundedFile } from '../files/regularFile.ts';
import { faultText } from '../uptane/faults.ts';
import type { Target } from '../uptane/metadata.ts';
import { type Profile, type ProfileName, profiles } from '../uptane/profile.ts';

interface Options {
  readonly director: string;
  readonly imageRepo?: string;
  readonly store: string;
  readonly ecu: Ecu;
  readonly primary?: boolean;
  readonly ecus?: readonly Ecu[];
  readonly mode: VerificationMode;
  readonly time?: number;
  readonly profile: ProfileName;
  readonly trustDirector?: string;
  readonly trustImageRepo?: string;
  readonly trustFirst?: boolean;
  readonly download?: string;
  readonly json?: boolean;
}

interface Ecu {
  readonly serial: string;
  readonly hardwareId: string;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('check a Director and an Image repository as one ECU would')
    .requiredOption('--director <dir|url>', 'the Director’s metadata for this vehicle')
    .option('--image-repo <dir|url>', 'the Image repository; not needed for partial verification')
    .requiredOption('--store <dir>', 'keeps what is trusted from one call to the next')
    .requiredOption('--ecu <serial:hardware>', 'the ECU that verifies', parseEcu)
    .option('--primary', 'the ECU is the vehicle’s Primary')
    .option('--ecus <serial:hardware,...>', 'the other ECUs of the vehicle, for a Primary', parseEcus)
    .addOption(
      new Option('--mode <mode>', 'how much it verifies').choices(['full', 'partial', 'partial+root']).default('full'),
    )
    .option('--time <iso8601>', 'the time to judge expiry by; now by default', parseTime)
    .addOption(
      new Option('--profile <profile>', 'the form of the metadata').choices(['uptane', 'aktualizr']).default('uptane'),
    )
    .option('--trust-director <file>', 'the Director’s root to begin with, for a new store')
    .option('--trust-image-repo <file>', 'the Image repository’s root to begin with, for a new store')
    .addOption(
      new Option('--trust-first', 'begin with version 1 of each root').conflicts(['trustDirector', 'trustImageRepo']),
    )
    .option('--download <dir>', 'fetch the images into a folder, and check them')
    .option('--json', 'print the result as one JSON object')
    .action(verify);
}

/** The serial may hold colons, as an address does; the hardware id follows the last one. Metadata has both in NFC. B1 */
function parseEcu(text: string): Ecu {
  const [, serial, hardwareId] = /^(.+):([^:]+)$/s.exec(text.normalize('NFC')) ?? [];
  if (serial === undefined || hardwareId === undefined) throw new InvalidArgumentError('SERIAL:HARDWARE is needed.');
  if (Math.max(serial.length, hardwareId.length) > identifierCharsMax) {
    throw new InvalidArgumentError(`at most ${identifierCharsMax} characters each are allowed.`);
  }
  return { serial, hardwareId };
}

function parseEcus(text: string): readonly Ecu[] {
  return text.split(',').map(parseEcu);
}

function parseTime(text: string): number {
  const seconds = parseIsoTime(text);
  if (seconds === undefined) throw new InvalidArgumentError('a time such as 2026-06-01T08:00:00Z is needed.');
  return seconds;
}

/** What the options amount to once they are known to be good. Nothing is made or changed before that. */
interface Task {
  readonly inputs: Omit<VerificationInputs, 'store'>;
  /** Undefined where no images are wanted. Makes the folder. */
  readonly download: ((images: readonly Target[]) => Promise<Result<void, RemoteFault>>) | undefined;
  close(): void;
}

async function verify(options: Options): Promise<void> {
  const { inputs, download, close } = taskOf(options);
  const store = openTrustStore(options.store);
  const stopListening = endsInOrder();
  try {
    const verified = await verifyRepositories({ ...inputs, store });
    const downloaded = verified.ok ? await download?.(verified.value.images) : undefined;
    report(downloaded?.ok === false ? downloaded : verified, options);
  } finally {
    stopListening();
    store.close();
    close();
  }
}

function taskOf(options: Options): Task {
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

/** Codes by which a shell tells that a signal ended a process. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A signal ends the process by its exit handlers: the lock is given back, and half a download is not left. Gives how to stop this. */
function endsInOrder(): () => void {
  const listeners = Object.entries(exitCodes).map(([signal, code]) => [signal, () => process.exit(code)] as const);
  for (const [signal, listener] of listeners) process.once(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
  };
}

function vehicleOf(ecus: readonly Ecu[]): ReadonlyMap<string, string> {
  const vehicle = new Map<string, string>();
  for (const { serial, hardwareId } of ecus) {
    if ((vehicle.get(serial) ?? hardwareId) !== hardwareId) throw new InputError(`--ecus ${serial}: given twice`);
    vehicle.set(serial, hardwareId);
  }
  return vehicle;
}

function beginningOf(
  { trustFirst, trustDirector, trustImageRepo }: Options,
  { bytesMax }: Profile,
): Beginning | undefined {
  if (trustFirst) return 'first';
  if (trustDirector === undefined && trustImageRepo === undefined) return undefined;
  return {
    ...(trustDirector !== undefined && { director: readBoundedFile(trustDirector, bytesMax.root) }),
    ...(trustImageRepo !== undefined && { image: readBoundedFile(trustImageRepo, bytesMax.root) }),
  };
}

function report(verified: Result<Verified, RemoteFault>, options: Options): void {
  process.stdout.write(`${options.json ? jsonLine(resultObject(verified)) : resultText(verified, options)}\n`);
  process.exitCode = verified.ok ? 0 : 1;
}

/** What `--json` prints; its members are a contract with scripts. */
function resultObject(verified: Result<Verified, RemoteFault>): object {
  if (!verified.ok) return { ok: false, fault: faultObject(verified.fault) };
  const { targets, versions, notices } = verified.value;
  return { ok: true, targets, versions, ...(notices.length > 0 && { notices: notices.map(faultObject) }) };
}

function faultObject({ code, clause, role, repository, file, attack, message, expected, actual }: RemoteFault): object {
  return { code, clause, role, repository, file, attack, message, expected, actual };
}

/** One line for every reader, and nothing that moves a terminal's cursor: names come from metadata, and foreign ones may be anything. */
function jsonLine(value: object): string {
  const escaped = (text: string) =>
    [...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

function resultText(verified: Result<Verified, RemoteFault>, options: Options): string {
  const lines = verified.ok ? verifiedLines(verified.value, options) : [`refused: ${faultText(verified.fault)}`];
  return lines.map((line) => printable(line, linesPrintedCharsMax)).join('\n');
}

function verifiedLines(verified: Verified, { ecu, primary, download }: Options): readonly string[] {
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
