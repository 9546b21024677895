// Owns: asking every Secondary for its version report and its time token. M3
import { toHex } from '../../core/bytes.ts';
import { versionReportBytesMax } from '../../core/limits.ts';
import type { Task } from '../../core/task.ts';
import type { ResponseBodies } from '../../messages/codec.ts';
import { protocolVersionMax, protocolVersionMin } from '../../messages/version.ts';
import { parseStrictJson } from '../../uptane/strictJson.ts';
import { areTimeTokens } from '../../uptane/timeAttestation.ts';
import type { Conversation } from '../conversation.ts';
import type { PrimaryUnit } from '../unit.ts';

/** A Secondary that is just rebooting does not hear the first hello: it is repeated soon. */
const helloMs = 300;

/**
 * A Secondary that is silent, speaks no common version or answers nonsense is left out; the Director misses its report. One
 * token or report that the servers refuse would cost the whole vehicle its time or its manifest.
 */
export function* collectReports(unit: PrimaryUnit): Task<void> {
  yield* unit.withPartners((partner) => collectReport(unit, partner));
}

function* collectReport(unit: PrimaryUnit, partner: Conversation): Task<void> {
  const { serial } = partner.secondary;
  const hello = { name: 'hello', versionMin: protocolVersionMin, versionMax: protocolVersionMax } as const;
  const welcome = yield* partner.ask(hello, 'welcome', helloMs);
  if (!welcome.ok || !isWelcome(welcome.value, serial)) return unit.leave(serial);
  const answer = yield* partner.ask({ name: 'report' }, 'report');
  if (!answer.ok || answer.value.report.length > versionReportBytesMax) return unit.leave(serial);
  const report = parseStrictJson(answer.value.report);
  const token = toHex(answer.value.timeToken);
  if (!report.ok || !areTimeTokens([token])) return unit.leave(serial);
  unit.cycle.welcomes.set(serial, welcome.value);
  unit.cycle.reports.set(serial, report.value);
  unit.cycle.tokens.set(serial, token);
}

function isWelcome({ ecuSerial, version }: ResponseBodies['welcome'], serial: string): boolean {
  return ecuSerial === serial && version >= protocolVersionMin && version <= protocolVersionMax;
}
