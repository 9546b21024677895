// Owns: the way between the Primary and the servers: latency, bandwidth, and the attackers on the line.

import type { RemoteFault } from '../../core/faults.ts';
import type { Result } from '../../core/result.ts';
import type { Clock } from '../../core/time/clock.ts';
import { NS_PER_MS, NS_PER_S } from '../../core/units.ts';
import type { Remote } from '../../primary/cycle/ports.ts';
import type { ManifestVerdict } from '../../repository/director/director.ts';
import { answerRequest, type Servers } from '../../repository/servers.ts';
import { type RemoteRequest, type RemoteResponse, requestText } from '../../uptane/model/remote.ts';
import type { Emit } from '../events/events.ts';
import type { Calendar } from './calendar.ts';

/** What an attacker on the line makes of a genuine answer. */
export type RemoteFilter = (request: RemoteRequest, genuine: RemoteResponse) => RemoteResponse;

export interface NetworkOptions {
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly servers: Servers;
  /** One way. */
  readonly latencyMs: number;
  readonly bitsPerSecond: number;
  readonly emit: Emit;
  readonly manifestJudged: (verdict: Result<ManifestVerdict, RemoteFault>) => void;
}

export class Network implements Remote {
  readonly filters = new Set<RemoteFilter>();
  /** The last time attestation that passed, for an attacker that records it. */
  lastAttestation: Uint8Array | undefined;
  private readonly options: NetworkOptions;

  constructor(options: NetworkOptions) {
    this.options = options;
  }

  request(request: RemoteRequest, done: (response: RemoteResponse | undefined) => void): () => void {
    const { clock, calendar, servers, latencyMs, emit, manifestJudged } = this.options;
    const latencyNs = latencyMs * NS_PER_MS;
    let timer = clock.after(latencyNs + this.transferNs(requestBytes(request)), () => {
      const genuine = answerRequest(servers, request, calendar.now(), manifestJudged);
      if (request.type === 'time' && genuine.status === 'ok') this.lastAttestation = genuine.bytes;
      const response = [...this.filters].reduce((answer, filter) => filter(request, answer), genuine);
      const bytes = response.status === 'ok' ? response.bytes.length : 0;
      timer = clock.after(latencyNs + this.transferNs(bytes), () => {
        emit({ type: 'remote', request: requestText(request), outcome: response.status, bytes });
        done(response);
      });
    });
    return () => timer.cancel();
  }

  private transferNs(bytes: number): number {
    return Math.round((bytes * 8 * NS_PER_S) / this.options.bitsPerSecond);
  }
}

function requestBytes(request: RemoteRequest): number {
  return request.type === 'manifest' ? request.bytes.length : 200;
}
