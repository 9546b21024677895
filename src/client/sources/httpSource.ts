// Owns: files of a repository over HTTP: which URL a path is, redirects, what a status means. One request and its bounds:
// httpExchange.ts.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { InputError } from '../../core/faults.ts';
import { faultMessageCharsMax } from '../../core/limits.ts';
import { printable, shortened } from '../../core/text.ts';
import { monotonicMs } from '../../core/time/hostTime.ts';
import {
  httpAnswerMsMax,
  httpBytesPerSecondMin,
  httpRateWindowMs,
  httpRedirectsMax,
  httpTotalMsMax,
  urlWordsCharsMax,
} from '../limits.ts';
import { type Answer, exchange, type HttpLimits, type StartRequest } from './httpExchange.ts';
import { type Fetched, fetchWhole, pathParts, type Source, type Streamed } from './source.ts';

const defaultLimits: HttpLimits = {
  answerMs: httpAnswerMsMax,
  rateWindowMs: httpRateWindowMs,
  bytesPerSecondMin: httpBytesPerSecondMin,
  totalMs: httpTotalMsMax,
};

/** Stores such as S3 answer 403 for an object that is not there, to those who may not list them. */
const absentStatuses: readonly number[] = [403, 404, 410];
const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];

function parseBase(argument: string): URL {
  const base = URL.canParse(argument) ? new URL(argument) : undefined;
  if (base === undefined) throw new InputError(`${argument}: not a URL`);
  if (base.username !== '' || base.password !== '') {
    throw new InputError(`${base.host}: a URL with a user name or password is not supported`);
  }
  if (/[?#]/.test(argument)) throw new InputError(`${argument}: a URL of a repository has no query and no fragment`);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

export class HttpSource implements Source {
  readonly describe: string;
  private readonly base: URL;
  private readonly limits: HttpLimits;
  private readonly agent: HttpAgent | HttpsAgent;
  private readonly start: StartRequest;

  /** Throws an InputError for a bad URL. Nothing is asked yet. */
  constructor(argument: string, limits: HttpLimits = defaultLimits) {
    this.base = parseBase(argument);
    this.describe = this.base.href;
    this.limits = limits;
    const secure = this.base.protocol === 'https:';
    // One connection for all files that are asked for one after another.
    const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
    const request = secure ? httpsRequest : httpRequest;
    const host = this.base.hostname.replace(/^\[(.*)\]$/, '$1');
    const { port } = this.base;
    const headers = { 'Accept-Encoding': 'identity' };
    this.agent = agent;
    this.start = (path) => request({ agent, host, port, path, headers });
  }

  fetch(path: string, bytesMax: number): Promise<Fetched> {
    return fetchWhole(this, path, bytesMax);
  }

  async stream(path: string, bytesMax: number, take: (piece: Uint8Array) => void): Promise<Streamed> {
    const failed = (reason: string): Streamed => ({
      status: 'failed',
      message: printable(`${shortened(`${this.base.href}${path}`, urlWordsCharsMax)}: ${reason}`, faultMessageCharsMax),
    });
    if (pathParts(path) === undefined) return failed('not a path of a file');
    const deadlineMs = monotonicMs() + this.limits.totalMs;
    let target = this.base.pathname + path;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.ask({ target, bytesMax, take, deadlineMs });
      if ('reason' in answer) return failed(answer.reason);
      if (answer.status === 200) return { status: 'found', length: answer.length };
      if (absentStatuses.includes(answer.status)) return { status: 'absent' };
      if (!redirectStatuses.includes(answer.status)) return failed(`answered with status ${answer.status}`);
      const next = this.redirected(target, answer.location);
      if (next === undefined) return failed(`redirected to another place (${answer.location ?? 'not said where'})`);
      if (redirects === httpRedirectsMax) return failed(`redirected more than ${httpRedirectsMax} times`);
      target = next;
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private async ask(call: Omit<Parameters<typeof exchange>[0], 'start' | 'limits'>): Promise<Answer> {
    const { start, limits } = this;
    const answer = await exchange({ ...call, start, limits });
    // The server ended an idle connection at the moment it was used again: nothing was asked of it yet.
    return 'reason' in answer && answer.unasked ? exchange({ ...call, start, limits }) : answer;
  }

  /** Only within the same origin: another host's files are not this repository's. */
  private redirected(target: string, location: string | undefined): string | undefined {
    const from = this.base.origin + target;
    if (location === undefined || !URL.canParse(location, from)) return undefined;
    const to = new URL(location, from);
    return to.origin === this.base.origin ? to.pathname + to.search : undefined;
  }
}
