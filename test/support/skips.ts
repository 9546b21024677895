// Owns: how a test says why it is skipped: in its title, or its suite's. The reporter in skipReporter.ts prints the reasons.

/** `title`, with the reason where there is one. */
export function withReason(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title} (skipped: ${reason})`;
}

/** The reason in a title, or undefined. */
export function reasonIn(title: string): string | undefined {
  return /\(skipped: (.+?)\)(?= > |$)/.exec(title)?.[1];
}
