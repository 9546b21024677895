// Owns: in words, when and why a run was given up.
import type { EventOf, GiveUpReason } from '../sim/events/events.ts';
import { formatSeconds } from './format.ts';

export type GivenUp = Omit<EventOf<'run.givenUp'>, 'type'>;

const reasons: Readonly<Record<GiveUpReason, string>> = {
  quit: 'by its watcher',
  SIGINT: 'by Ctrl+C',
  SIGTERM: 'by SIGTERM',
  SIGHUP: 'by SIGHUP',
  error: 'for an error',
  exit: 'by the end of the process',
};

/** Such as `at 3.412 s, by Ctrl+C`. */
export function givenUpWords({ t, reason, error }: GivenUp): string {
  return `at ${formatSeconds(t)}, ${reasons[reason]}${error === undefined ? '' : `: ${error}`}`;
}
