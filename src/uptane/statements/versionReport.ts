// Owns: what an ECU reports of itself, signed by its own key. O
import type { Attack, RemoteFault, RemoteFaultCode } from '../../core/faults.ts';
import { attacksReportedMax, faultMessageCharsMax, filenameCharsMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { printable } from '../../core/text.ts';
import { formatUtc } from '../../core/utc.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import type { DescribedImage } from '../checks/describedImage.ts';
import { readHashes, readIdentifier, readTime } from '../decode/fields.ts';
import { readArray, readInteger, reading, readObject, readString } from '../json/jsonReader.ts';
import type { JsonObject, JsonValue } from '../json/strictJson.ts';
import { reportedClauseCharsMax, reportedCodeCharsMax } from '../limits.ts';
import { remoteFault } from '../model/faults.ts';
import type { PublicKey } from '../model/metadata.ts';
import type { SigningKey } from '../signing/keys.ts';
import { checkPayload } from '../signing/payload.ts';
import { signPayload } from '../signing/sign.ts';

/** An attack, or plain failure, that the ECU met since its last report. O4 */
export interface DetectedAttack {
  readonly code: RemoteFaultCode;
  readonly clause: string;
  readonly attack?: Attack;
  readonly message: string;
}

export interface VersionReport {
  readonly ecuSerial: string;
  /** O3 */
  readonly installed: DescribedImage;
  readonly attacksDetected: readonly DetectedAttack[];
  /** The latest attested time and the one before it, seconds since 1970. O5 */
  readonly time: number | undefined;
  readonly previousTime: number | undefined;
  /** Grows with every report. O6 */
  readonly counter: number;
}

/** The report as JSON, signed by the ECU's own key. */
export function makeVersionReport(report: VersionReport, key: SigningKey): object {
  const { filename, length, hashes, releaseCounter } = report.installed;
  // Names, lengths and hashes do not tell a release from the one before where a maker releases the same file again.
  const custom = releaseCounter === undefined ? {} : { custom: { releaseCounter } };
  const signed = {
    attacks_detected: report.attacksDetected
      .slice(-attacksReportedMax)
      .map((found) => ({ ...found, message: printable(found.message, faultMessageCharsMax) })),
    ecu_serial: report.ecuSerial,
    installed_image: { fileinfo: { ...custom, hashes, length }, filepath: filename },
    previous_timeserver_time: report.previousTime === undefined ? '' : formatUtc(report.previousTime),
    report_counter: report.counter,
    timeserver_time: report.time === undefined ? '' : formatUtc(report.time),
  };
  return signPayload(signed, key);
}

/** Which ECU a report claims to come from; judged only by `checkVersionReport`. */
export function claimedSerial(value: JsonValue): Result<string, string> {
  return reading(() =>
    readIdentifier(readObject(readObject(value, 'report').signed, 'signed').ecu_serial, 'ecu_serial'),
  );
}

/** The image that a report claims to run; judged only by `checkVersionReport`. */
export function claimedImage(value: JsonValue): Result<DescribedImage, string> {
  return reading(() => readInstalled(readObject(readObject(value, 'report').signed, 'signed').installed_image));
}

/** The report of the ECU that owns `key`. J5 */
export function checkVersionReport(
  signatures: Signatures,
  key: PublicKey,
  ecuSerial: string,
  value: JsonValue,
): Result<VersionReport, RemoteFault> {
  const payload = checkPayload(signatures, key, value, 'J5', `the report of ${ecuSerial}`);
  if (!payload.ok) return payload;
  const report = reading(() => readReport(payload.value));
  if (!report.ok) {
    const message = `the report of ${ecuSerial}: ${report.fault}`;
    return fail(remoteFault({ clause: 'J5', code: 'malformed', indicates: 'report-forgery', message }));
  }
  if (report.value.ecuSerial !== ecuSerial) {
    const message = `the report of ${ecuSerial} speaks for ${report.value.ecuSerial}`;
    return fail(remoteFault({ clause: 'J5', code: 'wrong-key', indicates: 'report-forgery', message }));
  }
  return ok(report.value);
}

function readReportedTime(value: JsonValue | undefined, path: string): number | undefined {
  return value === '' ? undefined : readTime(value, path);
}

/** O3. Other makers' ECUs say no release counter, and may say what they like in `custom`. */
function readInstalled(value: JsonValue | undefined): DescribedImage {
  const image = readObject(value, 'installed_image');
  const path = 'installed_image.fileinfo';
  const { length, hashes, custom } = readObject(image.fileinfo, path);
  const { releaseCounter } = custom === undefined ? {} : readObject(custom, `${path}.custom`);
  return {
    filename: printable(readString(image.filepath, 'installed_image.filepath', filenameCharsMax), filenameCharsMax),
    length: readInteger(length, `${path}.length`, 0),
    hashes: readHashes(hashes, `${path}.hashes`),
    ...(releaseCounter !== undefined && {
      releaseCounter: readInteger(releaseCounter, `${path}.custom.releaseCounter`, 0),
    }),
  };
}

function readReport(signed: JsonObject): VersionReport {
  return {
    ecuSerial: readIdentifier(signed.ecu_serial, 'ecu_serial'),
    installed: readInstalled(signed.installed_image),
    attacksDetected: readArray(signed.attacks_detected, 'attacks_detected', attacksReportedMax).map(readAttack),
    time: readReportedTime(signed.timeserver_time, 'timeserver_time'),
    previousTime: readReportedTime(signed.previous_timeserver_time, 'previous_timeserver_time'),
    counter: readInteger(signed.report_counter, 'report_counter', 0),
  };
}

/** An ECU's own words: the Director shows them, and never acts on them, so a code that it does not know is no fault. */
function readAttack(value: JsonValue, index: number): DetectedAttack {
  const path = `attacks_detected[${index}]`;
  const entry = readObject(value, path);
  const text = (member: JsonValue | undefined, charsMax: number) =>
    printable(readString(member, path, charsMax), charsMax);
  const attack = entry.attack === undefined ? undefined : (text(entry.attack, reportedCodeCharsMax) as Attack);
  return {
    code: text(entry.code, reportedCodeCharsMax) as RemoteFaultCode,
    clause: text(entry.clause, reportedClauseCharsMax),
    message: text(entry.message, faultMessageCharsMax),
    ...(attack !== undefined && { attack }),
  };
}
