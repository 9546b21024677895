// Owns: what a Primary and a Secondary have in common: trusted metadata, attested time, flash banks, the faults to report,
// and the report itself. Must not know how messages travel, nor which of the two it is part of.
import { fromUtf8, toHex, utf8 } from '../core/bytes.ts';
import type { RemoteFault } from '../core/faults.ts';
import type { Random } from '../core/random.ts';
import type { Result } from '../core/result.ts';
import type { Clock } from '../core/time/clock.ts';
import { NS_PER_S } from '../core/units.ts';
import type { Signatures } from '../crypto/signatures.ts';
import { remoteFault } from '../uptane/model/faults.ts';
import { uptaneProfile } from '../uptane/model/profile.ts';
import { checkTimeAttestation, timeTokenBytes } from '../uptane/statements/timeAttestation.ts';
import { makeVersionReport } from '../uptane/statements/versionReport.ts';
import { restoreTrusted, type TrustedMetadata, trustedFiles } from '../uptane/verification/trusted.ts';
import { FaultLog } from './faultLog.ts';
import type { Flash } from './flash.ts';
import type { BankImage, Boot } from './flashBanks.ts';
import { FlashBanks } from './flashBanks.ts';
import type { EcuIdentity, VerificationMode } from './identity.ts';
import type { EcuObserver } from './observer.ts';
import type { EcuStorage } from './storage.ts';
import { sameTimeKeys, timeSigners } from './timeKeys.ts';

/** What an ECU is built from; the storage and the flash outlive its restarts. */
export interface EcuPorts {
  readonly identity: EcuIdentity;
  readonly verification: VerificationMode;
  readonly signatures: Signatures;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: EcuStorage;
  readonly flash: Flash;
  /** Whether an image on trial comes up at boot. */
  readonly comesUp: (image: BankImage) => boolean;
  readonly observer: EcuObserver;
  /** A trusted real-time clock of the ECU's own, seconds since 1970: its time does not come through the Primary. */
  readonly ownClock?: () => number;
}

/** Small things that survive a restart. */
interface EcuState {
  readonly reportCounter: number;
  readonly time: number | undefined;
  readonly previousTime: number | undefined;
  /** To be reported. */
  readonly faults: readonly RemoteFault[];
}

const stateFile = 'ecu-state.json';
const trustedFolder = 'trusted/';

export class Ecu {
  readonly ports: EcuPorts;
  readonly banks: FlashBanks;
  readonly booted: Boot;
  private state: EcuState;
  private readonly faults: FaultLog;
  private trustedMetadata: TrustedMetadata;
  /** When, by the clock, the attested time was accepted; lost at a restart (policy 7). */
  private acceptedAtNs: number | undefined;
  private token: string;

  /** Boots the ECU from its storage. */
  constructor(ports: EcuPorts) {
    this.ports = ports;
    this.banks = new FlashBanks(ports.flash, ports.storage);
    this.state = JSON.parse(fromUtf8(ports.storage.read(stateFile) ?? new Uint8Array()) ?? '');
    this.faults = new FaultLog(this.state.faults);
    this.trustedMetadata = loadTrusted(ports.storage);
    this.token = this.drawToken();
    this.booted = this.banks.boot(ports.comesUp);
    if (this.booted.failed !== undefined) {
      const message = 'the image did not come up; the old one was booted again';
      const { filename: file } = this.booted.failed;
      this.noteFault(remoteFault({ clause: 'P12', code: 'activation-failed', message, file }));
    }
  }

  /** At manufacture. L1 L2 L3 */
  static provision(
    ports: Pick<EcuPorts, 'storage' | 'flash'>,
    trusted: TrustedMetadata,
    time: number,
    image: BankImage,
    bytes: Uint8Array,
  ): void {
    const state: EcuState = { reportCounter: 0, time, previousTime: undefined, faults: [] };
    const files = [...trustedFiles(trusted)].map(([name, file]): [string, Uint8Array] => [trustedFolder + name, file]);
    ports.storage.write(new Map([...files, [stateFile, utf8(JSON.stringify(state))]]));
    FlashBanks.provision(ports.flash, ports.storage, image, bytes);
  }

  get trusted(): TrustedMetadata {
    return this.trustedMetadata;
  }

  /** Replaces the trusted metadata, in storage first. Y5: where it names other time keys, the clock is set back to its minimum. */
  trust(trusted: TrustedMetadata): void {
    const rotated = !this.hasTimeKeysOf(trusted);
    const files = new Map<string, Uint8Array | undefined>();
    for (const name of this.ports.storage.names()) if (name.startsWith(trustedFolder)) files.set(name, undefined);
    for (const [name, bytes] of trustedFiles(trusted)) files.set(trustedFolder + name, bytes);
    // What a key that is gone attested bounds nothing any more: it may have been stolen, and have set the future.
    const state = rotated ? { ...this.state, time: undefined, previousTime: this.state.time } : this.state;
    this.ports.storage.write(new Map([...files, [stateFile, utf8(JSON.stringify(state))]]));
    this.trustedMetadata = trusted;
    this.state = state;
    if (rotated) this.acceptedAtNs = undefined;
  }

  /** Whether the timeserver's keys by this metadata are those that the ECU goes by. Y4 */
  hasTimeKeysOf(trusted: TrustedMetadata): boolean {
    const { verification } = this.ports;
    return sameTimeKeys(timeSigners(verification, this.trustedMetadata), timeSigners(verification, trusted));
  }

  /** The ECU's own clock's time, or else the attested one plus what has passed since, seconds since 1970; undefined where none counts. Y6 */
  now(): number | undefined {
    const { ownClock } = this.ports;
    if (ownClock !== undefined) return ownClock();
    const { time } = this.state;
    if (time === undefined || this.acceptedAtNs === undefined) return time;
    return time + Math.floor((this.ports.clock.nowNs() - this.acceptedAtNs) / NS_PER_S);
  }

  /** The token that the next attestation must hold, in hexadecimal. */
  get timeToken(): string {
    return this.token;
  }

  /** Y2 Y3: sets the clock and draws a new token, or keeps both. `tokens`: all that must be in it, this ECU's own included. */
  acceptTime(bytes: Uint8Array, clause: 'Y2' | 'Y3', tokens: readonly string[]): Result<number, RemoteFault> {
    const { signatures, clock, verification } = this.ports;
    const timeserver = timeSigners(verification, this.trustedMetadata);
    const expected = { signatures, timeserver, tokens, last: this.state.time };
    const checked = checkTimeAttestation(expected, bytes, clause);
    if (!checked.ok) {
      this.noteFault(checked.fault);
      return checked;
    }
    this.acceptedAtNs = clock.nowNs();
    this.token = this.drawToken();
    this.faults.tokenAttested();
    this.store({ ...this.state, time: checked.value, previousTime: this.state.time });
    this.ports.observer.timeAccepted(checked.value);
    return checked;
  }

  /** Policy 7: no attestation came. The ECU goes on with the time that it has, and says so, unless a clock of its own keeps it fresh. */
  noteStaleTime(clause: 'Y2' | 'Y6'): void {
    if (this.ports.ownClock !== undefined) return;
    const message = 'no time attestation came: the time is the last one attested';
    this.noteFault(remoteFault({ clause, code: 'time-stale', indicates: 'time-drop', message }));
  }

  /** Keeps a fault for the next report. One of a kind that is kept already is not kept twice, and none drives another out. O4 */
  noteFault(fault: RemoteFault): void {
    this.ports.observer.faultFound(fault);
    if (this.faults.add(fault)) this.storeFaults();
  }

  /** O: the signed report, with a counter of its own. */
  report(): object {
    const { identity } = this.ports;
    const { reportCounter, time, previousTime } = this.state;
    this.store({ ...this.state, reportCounter: reportCounter + 1 });
    return makeVersionReport(
      {
        ecuSerial: identity.serial,
        installed: this.banks.running,
        attacksDetected: this.faults.carry(),
        time,
        previousTime,
        counter: reportCounter + 1,
      },
      identity.key,
    );
  }

  /** The Director itself has accepted the last report: what it held need not be in the next one. O4 */
  forgetReportedFaults(): void {
    if (this.faults.forgetCarried()) this.storeFaults();
  }

  /** Somebody on the bus says that it has: forgets what a report held whose time token was attested since, and no more. O4 */
  forgetWitnessedFaults(): void {
    if (this.faults.forgetWitnessed()) this.storeFaults();
  }

  private drawToken(): string {
    return toHex(this.ports.random.bytes(timeTokenBytes));
  }

  private storeFaults(): void {
    this.store({ ...this.state, faults: this.faults.kept });
  }

  private store(state: EcuState): void {
    this.state = state;
    this.ports.storage.write(new Map([[stateFile, utf8(JSON.stringify(state))]]));
  }
}

function loadTrusted(storage: EcuStorage): TrustedMetadata {
  const files = new Map<string, Uint8Array>();
  for (const name of storage.names()) {
    const bytes = name.startsWith(trustedFolder) ? storage.read(name) : undefined;
    if (bytes !== undefined) files.set(name.slice(trustedFolder.length), bytes);
  }
  const trusted = restoreTrusted(uptaneProfile, files);
  if (!trusted.ok) throw new Error(`stored metadata is damaged: ${trusted.fault}`);
  return trusted.value;
}
