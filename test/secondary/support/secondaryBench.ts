// Owns: one Secondary on a link in memory, with the test in the Primary's place.
import { metadataChunkBytesMax } from '../../../src/core/limits.ts';
import { NS_PER_MS } from '../../../src/core/units.ts';
import type { EcuPorts } from '../../../src/ecu/ecu.ts';
import type { VerificationMode } from '../../../src/ecu/identity.ts';
import { decodeResponse, encodeRequest, type RequestBody, type ResponseBody } from '../../../src/messages/codec.ts';
import type { SecondaryTiming } from '../../../src/secondary/machine.ts';
import { type RunningSecondary, startSecondary } from '../../../src/secondary/secondary.ts';
import {
  Bench,
  blockBytes,
  imageBytes,
  imageName,
  type Onlooker,
  present,
  serials,
  succeeded,
} from '../../ecu/support/bench.ts';
import { type MemoryLink, memoryLinkPair } from '../../ecu/support/memoryLink.ts';

export const timing: SecondaryTiming = { bootMs: 30, verifyMs: 20, activateMs: 50, silenceMs: 1000 };
/** The Director has not accepted the last report. */
export const verifyRequest: RequestBody = { name: 'verify', reportAccepted: false };

/** A block takes 10 ms. */
const flashBytesPerSecond = 25_600;

export interface SecondaryBenchOptions {
  readonly mode?: VerificationMode;
  readonly timing?: Partial<SecondaryTiming>;
  readonly ports?: Partial<EcuPorts>;
  readonly bench?: Bench;
  /** Its images are encrypted. */
  readonly encrypted?: boolean;
}

export class SecondaryBench {
  readonly bench: Bench;
  readonly serial: 'full' | 'partial';
  readonly link: MemoryLink;
  readonly onlooker: Onlooker;
  /** Every answer, in order. */
  readonly answers: { readonly id: number; readonly body: ResponseBody }[] = [];
  running: RunningSecondary | undefined;
  reboots = 0;
  private readonly ecuLink: MemoryLink;
  private readonly options: SecondaryBenchOptions;
  private lastId = 100;

  constructor(options: SecondaryBenchOptions = {}) {
    this.options = options;
    const mode = options.mode ?? 'partial';
    this.serial = mode === 'full' ? 'full' : 'partial';
    const encrypted = options.encrypted === true ? [this.serial] : [];
    this.bench = options.bench ?? new Bench(serials, { ...(mode !== 'full' && { partial: mode }), encrypted });
    this.onlooker = this.bench.ecu(this.serial).ports.observer;
    const { a, b } = memoryLinkPair(this.bench.clock);
    this.link = a;
    this.ecuLink = b;
    a.listen({
      messageReceived: (message) => this.answers.push(succeeded(decodeResponse(message))),
      messageSent() {},
      transferFailed() {},
    });
  }

  get secondary(): RunningSecondary {
    return present(this.running);
  }

  boot(): void {
    this.running?.stop();
    this.running = startSecondary({
      ...this.bench.ecu(this.serial).ports,
      ...this.options.ports,
      config: { blockBytesMax: blockBytes },
      timing: { ...timing, ...this.options.timing },
      flashBytesPerSecond,
      link: this.ecuLink,
      rebooted: () => {
        this.reboots += 1;
        this.boot();
      },
    });
  }

  /** Boots, and waits until it listens. */
  static ready(options: SecondaryBenchOptions = {}): SecondaryBench {
    const one = new SecondaryBench(options);
    one.boot();
    one.bench.pass(timing.bootMs);
    return one;
  }

  /** Sends a request and does not wait. Gives its id. */
  tell(body: RequestBody): number {
    this.lastId += 1;
    succeeded(this.link.send(encodeRequest({ id: this.lastId, body })));
    return this.lastId;
  }

  answerTo(id: number): ResponseBody | undefined {
    return this.answers.find((answer) => answer.id === id)?.body;
  }

  /** Sends a request and waits for its answer, in vain after 200 ms. */
  ask(body: RequestBody): ResponseBody | undefined {
    const id = this.tell(body);
    const { clock } = this.bench;
    const until = clock.nowNs() + 200 * NS_PER_MS;
    while (this.answerTo(id) === undefined && (clock.nextNs() ?? until) < until) clock.step();
    // Let the link fall idle.
    this.bench.pass(0.2);
    return this.answerTo(id);
  }

  /** The name of the answer, or the code of the refusal. */
  asked(body: RequestBody): string {
    const answer = this.ask(body);
    if (answer === undefined) return 'silence';
    return answer.name === 'refusal' ? answer.code : answer.name;
  }

  /** The token, from the report. */
  token(): string {
    const answer = this.ask({ name: 'report' });
    return answer?.name === 'report' ? Buffer.from(answer.timeToken).toString('hex') : '';
  }

  giveTime(): string {
    return this.asked({ name: 'time', attestation: this.bench.attest([this.token()]) });
  }

  giveMetadata(files: ReadonlyMap<string, Uint8Array> = this.bench.bundle(this.bench.modeOf(this.serial))): string[] {
    return [...files].flatMap(([file, bytes]) => this.giveFile(file, bytes));
  }

  giveFile(file: string, bytes: Uint8Array): string[] {
    const answers: string[] = [];
    for (let offset = 0; offset < bytes.length; offset += metadataChunkBytesMax) {
      const data = bytes.subarray(offset, offset + metadataChunkBytesMax);
      answers.push(this.asked({ name: 'metadata', file, totalLength: bytes.length, offset, data }));
    }
    return answers;
  }

  /** Time and metadata, and their verification. */
  verified(): ResponseBody | undefined {
    this.giveTime();
    this.giveMetadata();
    return this.ask(verifyRequest);
  }

  block(offset: number, bytes = imageBytes(this.serial, 2)): RequestBody {
    return { name: 'imageBlock', offset, data: bytes.subarray(offset, offset + blockBytes) };
  }

  /** From where the Secondary wants it to the end. */
  giveImage(filename = imageName(this.serial, 2), bytes = this.bench.sentBytes(this.serial, 2)): string {
    const ready = this.ask({ name: 'imageStart', filename });
    if (ready?.name !== 'imageReady') return 'not ready';
    for (let offset = ready.nextOffset; offset < bytes.length; ) {
      const stored = this.ask(this.block(offset, bytes));
      if (stored?.name !== 'blockStored' || stored.nextOffset <= offset) return `stuck at ${offset}`;
      offset = stored.nextOffset;
    }
    return 'sent';
  }

  /** A whole update to release 2, as an honest Primary does it. Gives how far it came. */
  update(): string {
    const verified = this.verified();
    if (verified?.name !== 'verified') return 'refused';
    if (verified.filename === '') return 'nothing to install';
    const sent = this.giveImage();
    if (sent !== 'sent') return sent;
    const installing = this.asked({ name: 'install' });
    this.bench.pass(200);
    return installing;
  }

  get runs(): string {
    return this.secondary.ecu.banks.running.filename;
  }
}

/** With a release 2 on offer. */
export function offered(options: SecondaryBenchOptions = {}): SecondaryBench {
  const one = SecondaryBench.ready(options);
  one.bench.offer(one.serial, 2);
  one.bench.report();
  return one;
}
