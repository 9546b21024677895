// Owns: what every command's exit code means.

/** What was asked for has been done, and holds. */
export const exitOk = 0;
/** An expectation, a comparison, a verification or a peer failed. */
export const exitFailed = 1;
/** The user is to mend an argument, a file or the machine. */
export const exitBadInput = 2;
/** What a shell reports of a process that wrote to a pipe without a reader: 128 and the number of SIGPIPE. */
export const exitClosedPipe = 141;

/** What a shell reports of a process that one of these ended: 128 and the signal's number. */
export const exitOfSignal = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type EndingSignal = keyof typeof exitOfSignal;
