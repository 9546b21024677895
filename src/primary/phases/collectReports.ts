// Owns: asking every Secondary for its version report and its time token. M3
import { toHex } from '../../core/bytes.ts';
import type { RemoteFault } from '../../core/faults.ts';
import { versionReportBytesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Task } from '../../core/task.ts';
import type { ResponseBodies } from '../../messages/codec.ts';
import { protocolVersionMax, protocolVersionMin } from '../../messages/version.ts';
import { canonicalJson } from '../../uptane/json/canonicalJson.ts';
import { type JsonValue, parseStrictJson } from '../../uptane/json/strictJson.ts';
import { remoteFault } from '../../uptane/model/faults.ts';
import { areTimeTokens } from '../../uptane/statements/timeAttestation.ts';
import type { PrimaryBehaviour } from '../cycle/behaviour.ts';
import type { Conversation } from '../cycle/conversation.ts';
import { helloAnswerMsMax } from '../limits.ts';

/**
 * A Secondary that is silent, speaks no common version or answers nonsense is left out; the Director misses its report. One
 * token or report that the servers refuse would cost the whole vehicle its time or its manifest. What is wrong with a report is
 * the Primary's to tell: nobody else has seen it.
 */
export function* collectReports(behaviour: PrimaryBehaviour): Task<void> {
  yield* behaviour.withPartners((partner) => collectReport(behaviour, partner));
}

function* collectReport(behaviour: PrimaryBehaviour, partner: Conversation): Task<void> {
  const { serial } = partner.secondary;
  const hello = { name: 'hello', versionMin: protocolVersionMin, versionMax: protocolVersionMax } as const;
  const welcome = yield* partner.ask(hello, 'welcome', helloAnswerMsMax);
  if (!welcome.ok || !isWelcome(welcome.value, serial)) return behaviour.leave(serial);
  const answer = yield* partner.ask({ name: 'report' }, 'report');
  if (!answer.ok) return behaviour.leave(serial);
  const report = readReport(answer.value.report, serial);
  if (!report.ok) behaviour.note(report.fault);
  const token = toHex(answer.value.timeToken);
  if (!report.ok || !areTimeTokens([token])) return behaviour.leave(serial);
  behaviour.cycle.welcomes.set(serial, welcome.value);
  behaviour.cycle.reports.set(serial, report.value);
  behaviour.cycle.tokens.set(serial, token);
}

/** As JSON that the Director takes: short in its canonical form too, in which numbers may be longer. J5 */
function readReport(bytes: Uint8Array, serial: string): Result<JsonValue, RemoteFault> {
  const file = `the report of ${serial}`;
  const oversized = () => {
    const message = `longer than ${versionReportBytesMax} bytes`;
    return fail(remoteFault({ clause: 'M3', code: 'oversized', indicates: 'endless-data', message, file }));
  };
  if (bytes.length > versionReportBytesMax) return oversized();
  const report = parseStrictJson(bytes);
  if (!report.ok) {
    return fail(
      remoteFault({ clause: 'M3', code: 'malformed', indicates: 'report-forgery', message: report.fault, file }),
    );
  }
  return canonicalJson(report.value).length > versionReportBytesMax ? oversized() : ok(report.value);
}

function isWelcome({ ecuSerial, version }: ResponseBodies['welcome'], serial: string): boolean {
  return ecuSerial === serial && version >= protocolVersionMin && version <= protocolVersionMax;
}
