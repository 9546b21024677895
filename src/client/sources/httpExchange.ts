// Owns: one HTTP request and its answer, within bounds of time, rate and size. Must not know what a status means.
import type { ClientRequest, IncomingMessage } from 'node:http';
import { hostTimer, monotonicMs } from '../../core/time/hostTime.ts';
import { httpErrorPageBytesMax } from '../limits.ts';

/** Bounds in time; the product's are in core/limits.ts. K3 */
export interface HttpLimits {
  readonly answerMs: number;
  readonly rateWindowMs: number;
  readonly bytesPerSecondMin: number;
  readonly totalMs: number;
}

export type StartRequest = (path: string) => ClientRequest;

/** What came, or why nothing did; `unasked`: a connection used again was already ended, so that asking again is right. */
export type Answer =
  | { readonly status: number; readonly length: number; readonly location: string | undefined }
  | { readonly reason: string; readonly unasked: boolean };

export interface Call {
  readonly start: StartRequest;
  readonly limits: HttpLimits;
  /** The path of the request line. */
  readonly target: string;
  /** The body of a 200 is given to `take`, at most one byte more than this. */
  readonly bytesMax: number;
  readonly take: (piece: Uint8Array) => void;
  readonly deadlineMs: number;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was ended',
  EPROTO: 'no secure connection can be made',
  EPIPE: 'the connection was ended',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up at present',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no connection',
  HPE_HEADER_OVERFLOW: 'the header of the answer is too large',
};

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code.startsWith('HPE_') && reasons[code] === undefined) return `not an answer of HTTP (${code})`;
  return reasons[code] ?? (error instanceof Error && error.message !== '' ? error.message : code);
}

/** A timer that lets in first what has come meanwhile: this process may have been busy, and the server not slow. */
function patientTimer(delayMs: number, run: () => void): () => void {
  let cancel = hostTimer(delayMs, () => {
    cancel = hostTimer(0, run);
  });
  return () => cancel();
}

/** Asks, and reads the answer. Rejects only with what `take` throws. */
export function exchange(call: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { limits } = call;
    const request = call.start(call.target);
    let answered = false;
    const fail = (reason: string, unasked = false) => {
      cancel();
      resolve({ reason, unasked });
      request.destroy();
    };
    const leftMs = call.deadlineMs - monotonicMs();
    const cancel = patientTimer(Math.min(limits.answerMs, leftMs), () => {
      fail(request.socket?.connecting === false ? 'no answer in time' : 'no connection in time');
    });
    // Stays to the end: a connection can fail after all that was wanted has come.
    request.on('error', (error: NodeJS.ErrnoException) => {
      const ended = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      fail(reasonOf(error), ended && !answered && request.reusedSocket);
    });
    request.on('close', () => {
      if (!answered) fail('the connection was ended');
    });
    request.on('response', (response) => {
      answered = true;
      cancel();
      readAnswer(call, response).then(resolve, reject);
    });
    request.end();
  });
}

async function readAnswer(call: Call, response: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  const { location } = headers;
  if (status !== 200) {
    // Its page is of no use, but read to its end it leaves the connection free for the next file.
    await readBody({ ...call, bytesMax: httpErrorPageBytesMax, take: () => {} }, response);
    return { status, length: 0, location };
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    response.on('error', () => {});
    response.destroy();
    return { reason: `sent with Content-Encoding ${encoding}, which was not asked for`, unasked: false };
  }
  const body = await readBody(call, response);
  return typeof body === 'number' ? { status, length: body, location } : { reason: body.reason, unasked: false };
}

/** The length of what was taken. */
function readBody(call: Call, response: IncomingMessage): Promise<number | { readonly reason: string }> {
  const { bytesMax, take, limits, deadlineMs } = call;
  return new Promise((resolve, reject) => {
    let length = 0;
    let windowBytes = 0;
    let cancel = () => {};
    const stop = (outcome: number | { readonly reason: string }) => {
      cancel();
      resolve(outcome);
      response.destroy(); // after the end of an answer this does nothing, and the connection stays
    };
    const watch = () => {
      const leftMs = deadlineMs - monotonicMs();
      cancel = patientTimer(Math.min(limits.rateWindowMs, leftMs), () => {
        if (leftMs <= limits.rateWindowMs) return stop({ reason: 'not complete in time' });
        if (windowBytes < (limits.bytesPerSecondMin * limits.rateWindowMs) / 1000) {
          return stop({ reason: `slower than ${limits.bytesPerSecondMin} bytes a second` });
        }
        windowBytes = 0;
        watch();
      });
    };
    watch();
    response.on('data', (chunk: Uint8Array) => {
      if (length > bytesMax) return;
      const piece = chunk.subarray(0, bytesMax + 1 - length);
      length += piece.length;
      windowBytes += piece.length;
      try {
        take(piece);
      } catch (error) {
        reject(error);
        stop(length);
      }
      if (length > bytesMax) stop(length);
    });
    response.on('end', () => stop(length));
    response.on('error', () => stop({ reason: 'the connection ended before the file did' }));
  });
}
