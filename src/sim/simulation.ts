// Owns: one run: a world, its scenario's steps, the events that they make, and how it came out. Whoever owns the event queue
// decides how fast it goes.
import type { EventQueue } from '../core/clock.ts';
import { runTask } from '../core/task.ts';
import { NS_PER_MS } from '../core/units.ts';
import type { VerificationMode } from '../ecu/identity.ts';
import type { Emit } from './emit.ts';
import type { BusSummary, EcuSummary, FoundFault, InstalledImage, Observer, SimEvent } from './events.ts';
import type { Verdict } from './expectations.ts';
import type { RunInputs } from './inputs.ts';
import { Ledger } from './ledger.ts';
import { bootMs, pause, runSteps } from './steps.ts';
import type { Transports } from './transports.ts';
import { World } from './world.ts';

const windowNs = 100 * NS_PER_MS;

export interface EcuResult {
  readonly id: string;
  readonly role: 'primary' | 'secondary';
  readonly mode: VerificationMode;
  readonly bus: string;
  readonly installed: InstalledImage;
  readonly attacksDetected: readonly FoundFault[];
}

export interface RunResult {
  readonly outcome: 'passed' | 'failed';
  readonly simulatedMs: number;
  readonly ecus: readonly EcuResult[];
  readonly expectations: readonly Verdict[];
}

export class Simulation {
  readonly world: World;
  /** Set when the scenario has come to its end. */
  result: RunResult | undefined;
  private readonly clock: EventQueue;
  private readonly inputs: RunInputs;
  private readonly transports: Transports;
  private readonly ledger = new Ledger();
  private readonly observe: Observer;

  constructor(inputs: RunInputs, clock: EventQueue, transports: Transports, observe: Observer) {
    this.inputs = inputs;
    this.clock = clock;
    this.transports = transports;
    this.observe = observe;
    const emit: Emit = (event) => this.emit(event);
    const { scenario, seed, givenImages } = inputs;
    this.world = new World({ scenario, seed, givenImages, clock, transports, emit });
  }

  /** Switches the vehicle on and begins the first step. The rest happens as the event queue is taken. */
  begin(): void {
    const { scenario, seed } = this.inputs;
    this.emit({ type: 'run.started', scenario: scenario.title, seed, ecus: this.ecus(), buses: this.buses() });
    this.world.boot();
    const endWindows = this.reportLoad();
    const { world, ledger } = this;
    const steps = function* () {
      yield* pause(world, bootMs(world));
      return yield* runSteps(world, ledger);
    };
    runTask(steps(), (verdicts) => {
      endWindows();
      this.finish(verdicts);
    });
  }

  private emit(event: Parameters<Emit>[0]): void {
    const { type, ...rest } = event;
    const timed = { type, t: this.clock.nowNs(), ...rest } as SimEvent;
    this.ledger.note(timed);
    this.observe(timed);
  }

  private finish(expectations: readonly Verdict[]): void {
    const outcome = expectations.every(({ passed }) => passed) ? 'passed' : 'failed';
    this.emit({ type: 'run.finished', outcome });
    const ecus = this.ecus().map(({ id, role, mode, buses }): EcuResult => {
      const ecu = this.world.vehicle.ecus.get(id);
      if (ecu === undefined) throw new Error(`there is no ECU ${id}`);
      const attacksDetected = this.ledger.faults.get(id) ?? [];
      return { id, role, mode, bus: buses.join(','), installed: ecu.installed(), attacksDetected };
    });
    this.result = { outcome, simulatedMs: this.clock.nowNs() / NS_PER_MS, ecus, expectations };
  }

  /** As they leave the factory. */
  private ecus(): readonly EcuSummary[] {
    return Object.entries(this.inputs.scenario.vehicle.ecus).map(([id, ecu]): EcuSummary => {
      const listed = this.world.assigned.get(id);
      const installed: InstalledImage = {
        filename: ecu.image.filename,
        sha256: listed?.hashes.sha256 ?? '',
        lengthBytes: listed?.length ?? 0,
        releaseCounter: ecu.image.releaseCounter,
      };
      const common = { id, hardwareId: ecu.hardware, installed };
      if (ecu.role === 'primary') return { ...common, role: 'primary', mode: 'full', buses: ecu.buses };
      const link = this.inputs.tcpLinks.has(id) ? 'tcp' : 'isotp';
      return { ...common, role: 'secondary', mode: ecu.verification, buses: [ecu.bus], link };
    });
  }

  private buses(): readonly BusSummary[] {
    return Object.entries(this.inputs.scenario.vehicle.buses).map(([id, { kind, bitrate, dataBitrate }]) => {
      const onInterface = this.inputs.interfaces.get(id);
      return {
        id,
        kind,
        bitrate,
        ...(dataBitrate !== undefined && { dataBitrate }),
        ...(onInterface !== undefined && { interface: onInterface }),
      };
    });
  }

  /** Emits what each bus carried in each window with traffic, and in the rest at the end. */
  private reportLoad(): () => void {
    const before = new Map([...this.transports.buses].map(([name, bus]) => [name, bus.load()]));
    let sinceNs = this.clock.nowNs();
    const report = () => {
      const nowNs = this.clock.nowNs();
      for (const [name, bus] of this.transports.buses) {
        const load = bus.load();
        const { frames = 0, busyNs = 0 } = before.get(name) ?? {};
        before.set(name, load);
        if (load.frames === frames) continue;
        this.emit({
          type: 'bus.window',
          bus: name,
          windowNs: nowNs - sinceNs,
          frames: load.frames - frames,
          busyNs: load.busyNs - busyNs,
          digest: load.digest,
        });
      }
      sinceNs = nowNs;
    };
    const tick = () => {
      report();
      timer = this.clock.after(windowNs, tick);
    };
    let timer = this.clock.after(windowNs, tick);
    return () => {
      timer.cancel();
      report();
    };
  }
}
