// Owns: one run: a world, its scenario's steps, the events that they make, and how it came out. The owner of the event queue
// decides how fast it goes.
import { linkSpeeds } from '../bus/ethernet/wire.ts';
import { runTask } from '../core/task.ts';
import type { EventQueue } from '../core/time/clock.ts';
import { NS_PER_MS } from '../core/units.ts';
import type { VerificationMode } from '../ecu/identity.ts';
import type {
  BusSummary,
  EcuSummary,
  Emit,
  FoundFault,
  GatewayCounts,
  GiveUpReason,
  Happening,
  InstalledImage,
  Observer,
  Outcome,
  SimEvent,
} from './events/events.ts';
import { Ledger } from './events/ledger.ts';
import type { Verdict } from './expectations/expectation.ts';
import type { RunInputs } from './inputs/inputs.ts';
import { reportBuses, reportInterfaces } from './reports/busReport.ts';
import { reportEthernets } from './reports/ethernetReport.ts';
import { reportGateways } from './reports/gatewayReport.ts';
import { bootMs, pause } from './steps/pause.ts';
import { runSteps } from './steps/runSteps.ts';
import type { Transports } from './transports/transports.ts';
import { type OpenRecording, startTraffic } from './vehicle/backgroundTraffic.ts';
import { World } from './world/world.ts';

export interface EcuResult {
  readonly id: string;
  readonly role: 'primary' | 'secondary';
  readonly mode: VerificationMode;
  readonly bus: string;
  readonly installed: InstalledImage;
  readonly attacksDetected: readonly FoundFault[];
}

/** Of a gateway, in the whole run. */
export type GatewayResult = { readonly id: string } & GatewayCounts;

/** How a run came out; of one that was given up, how it stood then. */
export interface RunResult {
  readonly outcome: Outcome;
  /** Why it was given up, and what went wrong, where that is why. */
  readonly givenUp?: { readonly reason: GiveUpReason; readonly error?: string };
  readonly simulatedMs: number;
  readonly ecus: readonly EcuResult[];
  readonly gateways: readonly GatewayResult[];
  readonly expectations: readonly Verdict[];
}

function noRecording(bus: string): never {
  throw new Error(`nobody has the recording of ${bus}`);
}

export class Simulation {
  readonly world: World;
  /** Set when the scenario has come to its end. */
  result: RunResult | undefined;
  private held: (() => void) | undefined;
  private endReports: () => void = () => {};
  /** Of the expectations so far. */
  private readonly verdicts: Verdict[] = [];
  private isOver = false;
  private readonly clock: EventQueue;
  private readonly inputs: RunInputs;
  private readonly transports: Transports;
  private readonly ledger = new Ledger();
  private readonly observe: Observer;
  private readonly openRecording: OpenRecording;

  /** `openRecording` is needed where the scenario has recordings that are too long to be held. */
  constructor(
    inputs: RunInputs,
    clock: EventQueue,
    transports: Transports,
    observe: Observer,
    openRecording: OpenRecording = noRecording,
  ) {
    this.inputs = inputs;
    this.clock = clock;
    this.transports = transports;
    this.observe = observe;
    this.openRecording = openRecording;
    const emit: Emit = (event) => this.emit(event);
    const { scenario, seed, givenImages } = inputs;
    this.world = new World({ scenario, seed, givenImages, clock, transports, emit });
  }

  /** Switches the vehicle on and begins the first step. The rest happens as the event queue is taken. */
  begin(): void {
    const { scenario, seed } = this.inputs;
    this.emit({ type: 'run.started', scenario: scenario.title, seed, ecus: this.ecus(), buses: this.buses() });
    this.world.boot();
    const { world, ledger, clock, transports } = this;
    const emit: Emit = (event) => this.emit(event);
    reportInterfaces(transports, emit);
    const bitrateOf = (bus: string) => scenario.vehicle.buses[bus]?.bitrate ?? Number.POSITIVE_INFINITY;
    const reports = [
      reportBuses(transports.buses, bitrateOf, clock, emit),
      reportEthernets(transports.ethernets, clock, emit),
      reportGateways(world.vehicle.gateways, clock, emit),
    ];
    const endTraffic = startTraffic(scenario.vehicle, transports.buses, clock, seed, emit, this.openRecording);
    this.endReports = () => {
      endTraffic();
      for (const endReport of reports) endReport();
    };
    const steps = function* () {
      yield* pause(world, bootMs(world));
      yield* runSteps(world, ledger, scenario.steps);
    };
    runTask(steps(), () => {
      const end = () => {
        this.held = undefined;
        this.endReports();
        this.finish();
      };
      if (this.inputs.hold) this.hold(end);
      else end();
    });
  }

  /** Whether all steps are done, and `release` is waited for. */
  get isHeld(): boolean {
    return this.held !== undefined;
  }

  /** Lets a held run come to its end. */
  release(): void {
    this.held?.();
  }

  /**
   * Ends the run where it stands, not from inside one of its events. After an error nothing is asked of the vehicle any more: what
   * remained to be told of its networks is not.
   */
  giveUp(reason: GiveUpReason, error?: string): RunResult {
    if (reason !== 'error') this.endReports();
    const givenUp = { reason, ...(error !== undefined && { error }) };
    this.emit({ type: 'run.givenUp', ...givenUp });
    return this.end({ outcome: 'given-up', givenUp });
  }

  private hold(end: () => void): void {
    this.held = end;
    const index = this.inputs.scenario.steps.length;
    this.emit({ type: 'step.started', index, text: 'hold: the vehicle stays on until it is ended by Ctrl+C' });
  }

  private emit(happening: Happening): void {
    if (this.isOver) return;
    const { type, ...rest } = happening;
    const timed = { type, t: this.clock.nowNs(), ...rest } as SimEvent;
    if (timed.type === 'expectation') {
      const { text, passed, actual } = timed;
      this.verdicts.push({ text, passed, actual });
    }
    this.ledger.note(timed);
    this.observe(timed);
  }

  private finish(): void {
    const outcome = this.verdicts.every(({ passed }) => passed) ? 'passed' : 'failed';
    this.emit({ type: 'run.finished', outcome });
    this.end({ outcome });
  }

  private end(how: Pick<RunResult, 'outcome' | 'givenUp'>): RunResult {
    this.isOver = true;
    const ecus = this.ecus().map(({ id, role, mode, buses }): EcuResult => {
      const ecu = this.world.vehicle.ecus.get(id);
      if (ecu === undefined) throw new Error(`there is no ECU ${id}`);
      const attacksDetected = this.ledger.faults.get(id) ?? [];
      return { id, role, mode, bus: buses.join(','), installed: ecu.installed(), attacksDetected };
    });
    const simulatedMs = this.clock.nowNs() / NS_PER_MS;
    this.result = { ...how, simulatedMs, ecus, gateways: this.gateways(), expectations: this.verdicts };
    return this.result;
  }

  private gateways(): readonly GatewayResult[] {
    return [...this.world.vehicle.gateways].map(([id, gateway]) => ({ id, ...gateway.counts() }));
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
      const isOnCan = this.inputs.scenario.vehicle.buses[ecu.bus] !== undefined;
      const link = this.inputs.links.get(id) ?? (isOnCan ? 'isotp' : 'tcp');
      return { ...common, role: 'secondary', mode: ecu.verification, buses: [ecu.bus], link };
    });
  }

  private buses(): readonly BusSummary[] {
    const { buses, ethernets } = this.inputs.scenario.vehicle;
    const networks = Object.entries(ethernets).map(([id, { kind, speed }]): BusSummary => {
      return { id, kind, bitrate: linkSpeeds[speed] };
    });
    const ofCan = Object.entries(buses).map(([id, { kind, bitrate, dataBitrate }]): BusSummary => {
      const onInterface = this.inputs.interfaces.get(id);
      return {
        id,
        kind,
        bitrate,
        ...(dataBitrate !== undefined && { dataBitrate }),
        ...(onInterface !== undefined && { interface: onInterface }),
      };
    });
    return [...ofCan, ...networks];
  }
}
