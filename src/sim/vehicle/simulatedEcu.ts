// Owns: an ECU's body in the simulation: what outlives its restarts, and starting it again after each.

import type { Random } from '../../core/random.ts';
import type { Clock } from '../../core/time/clock.ts';
import { formatUtc } from '../../core/utc.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { Ecu, type EcuPorts } from '../../ecu/ecu.ts';
import { type Flash, memoryFlash } from '../../ecu/flash.ts';
import type { BankImage } from '../../ecu/flashBanks.ts';
import type { VerificationMode } from '../../ecu/identity.ts';
import type { EcuObserver } from '../../ecu/observer.ts';
import { type EcuStorage, memoryStorage } from '../../ecu/storage.ts';
import { faultSummary } from '../../uptane/model/faults.ts';
import type { SigningKey } from '../../uptane/signing/keys.ts';
import type { TrustedMetadata } from '../../uptane/verification/trusted.ts';
import type { Emit, ImageMaker, InstalledImage } from '../events/events.ts';

/** What the simulation starts and stops. */
interface Running {
  readonly ecu: Ecu;
  stop(): void;
}

export interface SimulatedEcuOptions {
  readonly id: string;
  readonly vin: string;
  readonly hardwareId: string;
  readonly verification: VerificationMode;
  readonly key: SigningKey;
  readonly decryptionKey: Uint8Array | undefined;
  readonly filenames: readonly string[] | undefined;
  readonly bankBytes: number;
  readonly clock: Clock;
  readonly ownClock: (() => number) | undefined;
  readonly random: Random;
  readonly signatures: Signatures;
  readonly emit: Emit;
  readonly makerOf: (installed: InstalledImage) => ImageMaker;
}

export class SimulatedEcu<Started extends Running = Running> {
  readonly id: string;
  readonly hardwareId: string;
  readonly flash: Flash;
  readonly storage: EcuStorage = memoryStorage();
  readonly ports: EcuPorts;
  /** The next image on trial does not come up. */
  failNextActivation = false;
  private readonly emit: Emit;
  private readonly makerOf: (installed: InstalledImage) => ImageMaker;
  private readonly start: (ports: EcuPorts) => Started;
  private running: Started | undefined;

  /** `start` boots the ECU's program. */
  constructor(options: SimulatedEcuOptions, start: (ports: EcuPorts) => Started) {
    const { id, vin, hardwareId, bankBytes, clock, ownClock, random, signatures, emit } = options;
    const { key, decryptionKey, filenames } = options;
    this.id = id;
    this.hardwareId = hardwareId;
    this.emit = emit;
    this.makerOf = options.makerOf;
    this.start = start;
    this.flash = memoryFlash(bankBytes);
    this.ports = {
      identity: { vin, serial: id, hardwareId, key, decryptionKey, filenames },
      verification: options.verification,
      signatures,
      clock,
      ...(ownClock !== undefined && { ownClock }),
      random,
      storage: this.storage,
      flash: this.flash,
      comesUp: () => {
        const fails = this.failNextActivation;
        this.failNextActivation = false;
        return !fails;
      },
      observer: ecuObserver(id, emit),
    };
  }

  /** At manufacture. */
  provision(trusted: TrustedMetadata, time: number, image: BankImage, bytes: Uint8Array): void {
    Ecu.provision(this.ports, trusted, time, image, bytes);
  }

  get ecu(): Ecu {
    return this.program.ecu;
  }

  get program(): Started {
    if (this.running === undefined) throw new Error(`${this.id} is switched off`);
    return this.running;
  }

  /** Switches the ECU on, or off and on again. */
  boot(): void {
    this.running?.stop();
    this.running = this.start(this.ports);
    const { bank } = this.running.ecu.booted;
    const installed = this.installed();
    this.emit({ type: 'ecu.booted', ecu: this.id, installed, bank, maker: this.makerOf(installed) });
  }

  /** What runs, with the hash of the bytes as they stand in flash. */
  installed(): InstalledImage {
    const { filename, length, releaseCounter } = this.ecu.banks.running;
    return { filename, sha256: this.ecu.banks.runningSha256(), lengthBytes: length, releaseCounter };
  }

  /** The bytes that run, read back from flash. */
  runningBytes(): Uint8Array {
    const { banks, booted } = this.ecu;
    return this.flash.read(booted.bank, 0, banks.running.length);
  }
}

function ecuObserver(ecu: string, emit: Emit): EcuObserver {
  return {
    stateEntered: (state) => emit({ type: 'ecu.state', ecu, state }),
    faultFound: (fault) => {
      const { code, clause, attack } = fault;
      const message = faultSummary(fault);
      emit({ type: 'ecu.fault', ecu, fault: { code, clause, message, ...(attack !== undefined && { attack }) } });
    },
    timeAccepted: (time) => emit({ type: 'ecu.time', ecu, time: formatUtc(time) }),
    metadataVerified: (versions) => emit({ type: 'ecu.verified', ecu, versions }),
    imageProgressed: (filename, receivedBytes, totalBytes) =>
      emit({ type: 'ecu.progress', ecu, filename, receivedBytes, totalBytes }),
    messageSent: (to, name, bytes) => emit({ type: 'message', from: ecu, to, name, bytes }),
    networkFailed: (message, peer) =>
      emit({ type: 'network.fault', ecu, ...(peer !== undefined && { peer }), message }),
  };
}
