// A node on the bus can make a Secondary find any fault that needs no key, in any words, as often as it likes.
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { attacksReportedMax, versionReportBytesMax } from '../../src/core/limits.ts';
import { KIB, MIB } from '../../src/core/units.ts';
import type { VerificationMode } from '../../src/ecu/identity.ts';
import { faultsKeptMax } from '../../src/ecu/limits.ts';
import type { RequestBody } from '../../src/messages/codec.ts';
import { Bench, blockBytes, imageBytes, imageName, present } from '../ecu/support/bench.ts';
import { sampled } from '../support/heavy.ts';
import { offered, type SecondaryBench, verifyRequest } from './support/secondaryBench.ts';

const accepted = { name: 'verify', reportAccepted: true } as const;
type Files = ReadonlyMap<string, Uint8Array>;

const text = (bytes: Uint8Array) => present(fromUtf8(bytes));
const otherSignature = (bytes: Uint8Array) => utf8(text(bytes).replace(/"sig":"../g, '"sig":"00'));

const ofRole = (bytes: Uint8Array, words: string) => utf8(text(bytes).replace(/"_type":"\w+"/, `"_type":"${words}"`));

/** What becomes of a file that was heard, without a key. */
const forgeries: readonly ((bytes: Uint8Array, words: string) => Uint8Array)[] = [
  (_bytes, words) => utf8(`{"${words}": 1}`),
  () => new Uint8Array(100 * KIB).fill(0x20),
  (bytes) => utf8(text(bytes).replace('"version":', '"x":0,"version":')),
  ofRole,
  (bytes) => utf8(text(bytes).replace(/"version":\d+/, '"version":9')),
  otherSignature,
];

class BusAttacker {
  private readonly one: SecondaryBench;
  private readonly mode: VerificationMode;
  private readonly heard: Files;
  private readonly roots: Files;

  constructor(one: SecondaryBench) {
    this.one = one;
    this.mode = one.bench.modeOf(one.serial);
    this.heard = one.bench.bundle(this.mode);
    const root = present(one.bench.ecu(one.serial).ports.storage.read('trusted/director/root.json'));
    const names = { partial: [], 'partial+root': ['director'], full: ['director', 'image'] }[this.mode];
    this.roots = new Map(names.map((name) => [`${name}/2.root.json`, root]));
  }

  /** Everything once, and each time the claim that the Director knows of it. */
  flood(words: string): void {
    const { one } = this;
    for (const attestation of this.badTimes(words)) this.say({ name: 'time', attestation });
    this.say({ name: 'metadata', file: words, totalLength: 9 * MIB, offset: 0, data: Uint8Array.of(1) });
    for (const [file, bytes] of [...this.roots, ...this.heard]) {
      for (const forge of forgeries) this.verify(new Map(this.heard).set(file, forge(bytes, words)));
    }
    for (const file of this.heard.keys()) this.verify(new Map([...this.heard].filter(([name]) => name !== file)));
    this.verify(signedOnce(this.mode));
    const image = imageBytes(one.serial, 2);
    for (const bytes of [image.map((byte) => byte ^ 1), image.subarray(0, blockBytes)]) {
      this.verify(this.heard);
      one.giveImage(imageName(one.serial, 2), bytes);
      this.say({ name: 'install' });
    }
  }

  /** The same fault, told with other words each time. */
  chatter(times: number): void {
    const [file, bytes] = present([...this.heard][0]);
    for (let time = 0; time < times; time += 1) this.verify(new Map([[file, ofRole(bytes, `role ${time}`)]]));
  }

  private badTimes(words: string): readonly Uint8Array[] {
    const { bench } = this.one;
    const good = text(bench.attest([this.one.token()]));
    return [utf8(`{${words}`), bench.attest(['ab'.repeat(16)]), utf8(good.replace('2026', '2027'))];
  }

  private verify(files: Files): void {
    this.one.giveMetadata(files);
    this.say(accepted);
    this.say({ name: 'report' });
  }

  private say(body: RequestBody): void {
    this.one.ask(body);
  }
}

/** What the Director and the Image repository signed for this vehicle earlier. */
function signedOnce(mode: VerificationMode): Files {
  const earlier = new Bench();
  earlier.report();
  return earlier.bundle(mode);
}

interface Reported {
  readonly code: string;
  readonly clause: string;
  readonly message: string;
}

function report(one: SecondaryBench): { readonly bytes: number; readonly attacks: readonly Reported[] } {
  const answer = one.ask({ name: 'report' });
  const bytes = answer?.name === 'report' ? answer.report : new Uint8Array();
  return { bytes: bytes.length, attacks: JSON.parse(text(bytes)).signed.attacks_detected };
}

/** What the Primary hands on has a bad signature; then, by stolen keys, an image older than the one that runs. */
function meetRealFaults(one: SecondaryBench): void {
  const files = one.bench.bundle(one.bench.modeOf(one.serial));
  one.giveMetadata(new Map([...files].map(([file, bytes]) => [file, otherSignature(bytes)])));
  one.ask(verifyRequest);
  one.bench.offer(one.serial, 1);
  one.bench.report();
  one.giveMetadata();
  one.ask(verifyRequest);
}

describe.each(sampled(['full', 'partial', 'partial+root'] as const, 2))(
  'a %s Secondary that a node on the bus floods with faults',
  (mode) => {
    const real = [
      { code: 'bad-signature', clause: mode === 'full' ? 'T2' : 'V3' },
      { code: 'rollback', clause: mode === 'full' ? 'R10.4' : 'P7' },
    ];
    const updated = () => {
      const one = offered({ mode });
      one.update();
      one.bench.offer(one.serial, 2);
      one.bench.report();
      return { one, attacker: new BusAttacker(one) };
    };

    it.each([
      ['before', ['flood', 'flood', 'real']],
      ['after', ['real', 'flood', 'flood']],
      ['before and after', ['flood', 'real', 'flood', 'flood']],
    ])('%s what it really meets has that in its next report [O4]', (_when, events) => {
      const { one, attacker } = updated();
      events.forEach((event, index) => {
        if (event === 'real') meetRealFaults(one);
        else attacker.flood(`words ${index}`);
      });
      const { attacks, bytes } = report(one);
      for (const fault of real) expect(attacks).toContainEqual(expect.objectContaining(fault));
      expect(bytes).toBeLessThanOrEqual(versionReportBytesMax);
      expect(attacks.length).toBeLessThan(attacksReportedMax);
    });

    it('in ever other words has room for what it really meets [O4]', () => {
      const { one, attacker } = updated();
      attacker.chatter(2 * faultsKeptMax);
      const worded = new Set(one.onlooker.faults.map(({ message }) => message));
      expect(worded.size).toBeGreaterThan(faultsKeptMax);
      meetRealFaults(one);
      const { attacks } = report(one);
      for (const fault of real) expect(attacks).toContainEqual(expect.objectContaining(fault));
      expect(attacks.length).toBeLessThan(9);
    });

    it('holds each kind once, however it is worded [O4]', () => {
      const { one, attacker } = updated();
      const kinds = () => report(one).attacks.map(({ code, clause }) => `${code} ${clause}`);
      attacker.flood('these words');
      attacker.flood('those words');
      const first = kinds();
      for (const words of ['others', 'more', 'and more']) attacker.flood(words);
      expect(kinds()).toEqual(first);
      expect(first.length).toBeGreaterThan(9);
    });
  },
);
