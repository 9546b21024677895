// Owns: the arguments of `ecunet verify`. docs/verify.md
import { Command, InvalidArgumentError, Option } from 'commander';
import type { VerificationMode } from '../../client/verifyRepositories.ts';
import { identifierCharsMax } from '../../core/limits.ts';
import { parseIsoTime } from '../../core/utc.ts';
import type { ProfileName } from '../../uptane/model/profile.ts';

export interface VerifyOptions {
  readonly director: string;
  readonly imageRepo?: string;
  readonly store: string;
  readonly ecu: NamedEcu;
  readonly primary?: boolean;
  readonly ecus?: readonly NamedEcu[];
  readonly mode: VerificationMode;
  readonly time?: number;
  readonly profile: ProfileName;
  readonly trustDirector?: string;
  readonly trustImageRepo?: string;
  readonly trustFirst?: boolean;
  readonly download?: string;
  readonly json?: boolean;
}

export interface NamedEcu {
  readonly serial: string;
  readonly hardwareId: string;
}

export function verifyCommand(action: (options: VerifyOptions) => Promise<void>): Command {
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
    .action(action);
}

/** The serial may hold colons, as an address does; the hardware id follows the last one. Metadata has both in NFC. B1 */
function parseEcu(text: string): NamedEcu {
  const [, serial, hardwareId] = /^(.+):([^:]+)$/s.exec(text.normalize('NFC')) ?? [];
  if (serial === undefined || hardwareId === undefined) throw new InvalidArgumentError('SERIAL:HARDWARE is needed.');
  if (Math.max(serial.length, hardwareId.length) > identifierCharsMax) {
    throw new InvalidArgumentError(`at most ${identifierCharsMax} characters each are allowed.`);
  }
  return { serial, hardwareId };
}

function parseEcus(text: string): readonly NamedEcu[] {
  return text.split(',').map(parseEcu);
}

function parseTime(text: string): number {
  const seconds = parseIsoTime(text);
  if (seconds === undefined) throw new InvalidArgumentError('a time such as 2026-06-01T08:00:00Z is needed.');
  return seconds;
}
