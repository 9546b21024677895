// Owns: a Primary with its servers and its Secondaries: real ones over ISO-TP on a virtual bus, or puppets that say what a
// test wants.
import { attachIsoTpNode } from '../../../src/bus/isotp/node.ts';
import type { Link } from '../../../src/bus/link.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import type { RemoteFault } from '../../../src/core/faults.ts';
import type { Result } from '../../../src/core/result.ts';
import { NS_PER_MS } from '../../../src/core/units.ts';
import type { EcuPorts } from '../../../src/ecu/ecu.ts';
import { decodeRequest, encodeResponse, type RequestBody, type ResponseBody } from '../../../src/messages/codec.ts';
import { memoryImageStore } from '../../../src/primary/cycle/imageStore.ts';
import { honestDistribution, type KnownSecondary, type PrimaryTiming } from '../../../src/primary/cycle/ports.ts';
import { type RunningPrimary, startPrimary } from '../../../src/primary/primary.ts';
import type { ManifestVerdict } from '../../../src/repository/director/director.ts';
import { answerRequest } from '../../../src/repository/servers.ts';
import { type RunningSecondary, startSecondary } from '../../../src/secondary/secondary.ts';
import { canonicalJson } from '../../../src/uptane/json/canonicalJson.ts';
import { type RemoteRequest, type RemoteResponse, requestText } from '../../../src/uptane/model/remote.ts';
import { makeVersionReport } from '../../../src/uptane/statements/versionReport.ts';
import {
  Bench,
  blockBytes,
  ecuKey,
  hardwareOf,
  type Onlooker,
  present,
  serials,
  succeeded,
} from '../../ecu/support/bench.ts';
import { type MemoryLink, memoryLinkPair } from '../../ecu/support/memoryLink.ts';

export const timing: PrimaryTiming = { bootMs: 30, phaseMs: 60_000, answerMs: 500, activateMs: 50 };
const secondaryTiming = { bootMs: 30, verifyMs: 5, activateMs: 20, silenceMs: 3_600_000 };
const flashBytesPerSecond = 1_000_000;

/** What the servers' answer becomes on its way; undefined: nobody answers. */
export type OnTheLine = (request: RemoteRequest, genuine: RemoteResponse) => RemoteResponse | undefined;

/** What a puppet answers; undefined: nothing. */
export type Puppet = (body: RequestBody) => ResponseBody | undefined;

export interface PrimaryBenchOptions {
  readonly timing?: Partial<PrimaryTiming>;
  readonly ports?: Partial<EcuPorts>;
  /** Takes the place of a Secondary, on a link in memory. */
  readonly puppets?: Readonly<Record<string, Puppet>>;
  readonly bench?: Bench;
  /** How long a puppet takes to answer. */
  readonly puppetMs?: (body: RequestBody) => number;
}

export class PrimaryBench {
  readonly bench: Bench;
  readonly onlooker: Onlooker;
  readonly imageStore = memoryImageStore();
  readonly secondaries = new Map<string, RunningSecondary>();
  /** The Primary's ends of links in memory. */
  readonly memoryLinks = new Map<string, MemoryLink>();
  readonly requests: string[] = [];
  readonly verdicts: Result<ManifestVerdict, RemoteFault>[] = [];
  /** How long the servers' answers take. */
  answerAfterMs = 1;
  onTheLine: OnTheLine = (_request, genuine) => genuine;
  running: RunningPrimary | undefined;
  cycles = 0;
  reboots = 0;
  private readonly known: KnownSecondary[] = [];
  private readonly options: PrimaryBenchOptions;

  constructor(options: PrimaryBenchOptions = {}) {
    this.options = options;
    this.bench = options.bench ?? new Bench();
    this.onlooker = this.bench.ecu('primary').ports.observer;
    this.wire();
    this.boot();
    this.bench.pass(timing.bootMs + 1);
  }

  get primary(): RunningPrimary {
    return present(this.running);
  }

  boot(): void {
    this.running?.stop();
    this.running = startPrimary({
      ...this.bench.ecu('primary').ports,
      ...this.options.ports,
      remote: { request: (request, done) => this.answer(request, done) },
      secondaries: this.known,
      distribution: () => honestDistribution,
      imageStore: this.imageStore,
      timing: { ...timing, ...this.options.timing },
      flashBytesPerSecond,
      rebooted: () => {
        this.reboots += 1;
        this.boot();
      },
      cycleCompleted: () => {
        this.cycles += 1;
      },
    });
  }

  /** A whole cycle; gives the states that the Primary went through. */
  cycle(): string[] {
    const from = this.onlooker.states.length;
    this.primary.startCycle();
    this.untilCompleted();
    return this.onlooker.states.slice(from);
  }

  untilCompleted(): void {
    const { clock } = this.bench;
    const done = this.cycles + 1;
    const until = clock.nowNs() + 10 * 3_600_000 * NS_PER_MS;
    while (this.cycles < done) {
      if (!clock.step() || clock.nowNs() > until) throw new Error(`the cycle does not end; ${this.onlooker.state}`);
    }
    // Let the Secondaries come to rest.
    this.bench.pass(100);
  }

  untilState(state: string): void {
    while (this.onlooker.state !== state) if (!this.bench.clock.step()) throw new Error(`no ${state}`);
  }

  runs(serial: 'primary' | 'full' | 'partial'): string {
    if (serial === 'primary') return this.primary.ecu.banks.running.filename;
    return present(this.secondaries.get(serial)).ecu.banks.running.filename;
  }

  /** The names of the requests that went to a Secondary. */
  askedOf(serial: string): string[] {
    return this.onlooker.sent
      .filter((sent) => sent.startsWith(`${serial} `))
      .map((sent) => sent.slice(serial.length + 1));
  }

  private answer(request: RemoteRequest, done: (response: RemoteResponse | undefined) => void): () => void {
    this.requests.push(requestText(request));
    const timer = this.bench.clock.after(this.answerAfterMs * NS_PER_MS, () => {
      const genuine = answerRequest(this.bench.servers, request, this.bench.now(), (verdict) =>
        this.verdicts.push(verdict),
      );
      const answer = this.onTheLine(request, genuine);
      if (answer !== undefined) done(answer);
    });
    return () => timer.cancel();
  }

  private wire(): void {
    const { clock } = this.bench;
    const { puppets = {} } = this.options;
    const real = serials.filter((serial) => serial !== 'primary' && puppets[serial] === undefined);
    const bus = createVirtualCan({ name: 'bus', clock, bitrate: 1_000_000, dataBitrate: 5_000_000, fd: true });
    const addresses = real.map((name, index) => ({ name, transmitId: 0x700 + index, receiveId: 0x780 + index }));
    const node = addresses.length > 0 ? attachIsoTpNode(bus, 'primary', clock, addresses) : undefined;
    for (const serial of ['full', 'partial'] as const) {
      const address = addresses.find(({ name }) => name === serial);
      if (address === undefined) {
        this.known.push(this.knownAs(serial, this.puppetLink(serial, present(puppets[serial]))));
        continue;
      }
      this.known.push(this.knownAs(serial, present(node?.links.get(serial))));
      const { transmitId, receiveId } = address;
      const back = { name: 'primary', transmitId: receiveId, receiveId: transmitId };
      this.bootSecondary(serial, present(attachIsoTpNode(bus, serial, clock, [back]).links.get('primary')));
    }
  }

  private knownAs(serial: 'full' | 'partial', link: Link): KnownSecondary {
    return { serial, hardwareId: hardwareOf(serial), verification: this.bench.modeOf(serial), link, channel: 'body' };
  }

  private bootSecondary(serial: 'full' | 'partial', link: Link): void {
    this.secondaries.get(serial)?.stop();
    const running = startSecondary({
      ...this.bench.ecu(serial).ports,
      config: { blockBytesMax: blockBytes },
      timing: secondaryTiming,
      flashBytesPerSecond,
      link,
      rebooted: () => this.bootSecondary(serial, link),
    });
    this.secondaries.set(serial, running);
  }

  private puppetLink(serial: string, puppet: Puppet): Link {
    const { a, b } = memoryLinkPair(this.bench.clock);
    b.listen({
      messageReceived: (message) => {
        const { id, body } = succeeded(decodeRequest(message));
        const answer = puppet(body);
        if (answer === undefined) return;
        const send = () => b.send(encodeResponse({ id, body: answer }));
        const { puppetMs } = this.options;
        if (puppetMs === undefined) send();
        else this.bench.clock.after(puppetMs(body) * NS_PER_MS, send);
      },
      messageSent() {},
      transferFailed() {},
    });
    this.memoryLinks.set(serial, a);
    return a;
  }
}

/** A puppet that does all that an honest Secondary does, but for what a test changes. */
export function obliging(
  serial: 'full' | 'partial',
  changes: { readonly [Name in RequestBody['name']]?: Puppet } = {},
): Puppet {
  let counter = 0;
  let offset = 0;
  return (body) => {
    const change = changes[body.name];
    if (change !== undefined) return change(body);
    switch (body.name) {
      case 'hello':
        return {
          name: 'welcome',
          version: 1,
          ecuSerial: serial,
          blockBytesMax: blockBytes,
          directorRootVersion: 1,
          imageRootVersion: 1,
        };
      case 'report': {
        counter += 1;
        const installed = { filename: `${serial}-1.img`, length: 1, hashes: { sha256: '00'.repeat(32) } };
        const times = { time: undefined, previousTime: undefined };
        const report = makeVersionReport(
          { ecuSerial: serial, installed, attacksDetected: [], ...times, counter },
          ecuKey(serial),
        );
        return { name: 'report', report: canonicalJson(report), timeToken: new Uint8Array(16).fill(counter) };
      }
      case 'time':
        return { name: 'timeAccepted' };
      case 'metadata':
        return { name: 'metadataStored' };
      case 'verify':
        return { name: 'verified', filename: `${serial}-2.img`, length: 802 };
      case 'imageStart':
        offset = 0;
        return { name: 'imageReady', nextOffset: 0 };
      case 'imageBlock':
        offset = body.offset + body.data.length;
        return { name: 'blockStored', nextOffset: offset };
      case 'install':
        return { name: 'installing' };
    }
  };
}

/** Releases 2 are on offer to every ECU. */
export function offeredToAll(options: PrimaryBenchOptions = {}): PrimaryBench {
  const one = new PrimaryBench(options);
  for (const serial of serials) one.bench.offer(serial, 2);
  return one;
}
