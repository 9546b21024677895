// Owns: asking every Secondary for its version report and its time token. M3
import { toHex } from '../../core/bytes.ts';
import { all, type Task } from '../../core/task.ts';
import { protocolVersionMax, protocolVersionMin } from '../../messages/version.ts';
import { parseStrictJson } from '../../uptane/strictJson.ts';
import type { Conversation } from '../conversation.ts';
import type { PrimaryUnit } from '../unit.ts';

/** A Secondary that is just rebooting does not hear the first hello: it is repeated soon. */
const helloMs = 300;

/** A Secondary that is silent, or speaks no common version, is left out; the Director misses its report. */
export function* collectReports(unit: PrimaryUnit): Task<void> {
  yield* all(unit.partners.map((partner) => collectReport(unit, partner)));
}

function* collectReport(unit: PrimaryUnit, partner: Conversation): Task<void> {
  const { serial } = partner.secondary;
  const hello = { name: 'hello', versionMin: protocolVersionMin, versionMax: protocolVersionMax } as const;
  const welcome = yield* partner.ask(hello, 'welcome', helloMs);
  if (!welcome.ok) return unit.leave(serial);
  const answer = yield* partner.ask({ name: 'report' }, 'report');
  if (!answer.ok) return unit.leave(serial);
  const report = parseStrictJson(answer.value.report);
  if (!report.ok) return unit.leave(serial);
  unit.cycle.welcomes.set(serial, welcome.value);
  unit.cycle.reports.set(serial, report.value);
  unit.cycle.tokens.set(serial, toHex(answer.value.timeToken));
}
