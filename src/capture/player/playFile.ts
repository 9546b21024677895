// Owns: playing a capture file: reading it no faster than it is played, as often as asked. Must not know real interfaces.
import type { Enter } from '../../bus/enter.ts';
import { type EnvironmentFault, InputError } from '../../core/faults.ts';
import type { Clock } from '../../core/time/clock.ts';
import { captureBusesMax } from '../limits.ts';
import { readCaptureFile } from '../readCaptureFile.ts';
import type { CaptureRecord } from '../record/captureRecord.ts';
import { type DueFrame, type PlayedBus, Player } from './player.ts';
import { PlaySchedule, type PlayTiming } from './playSchedule.ts';

export interface PlayedRoute {
  readonly onto: PlayedBus;
  /** The recorded bus; any where undefined. */
  readonly from: string | undefined;
}

export interface PlayFileOptions {
  readonly path: string;
  readonly routes: readonly PlayedRoute[];
  readonly timing: PlayTiming;
  /** How often the file is played: infinity for ever. */
  readonly loops: number;
  readonly clock: Clock;
  readonly enter: Enter;
  /** As in `PlayerOptions`. */
  readonly presentNs: () => number;
  /** What was left out of the file, or taken as given: once. */
  readonly tell?: (note: string) => void;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

export interface PlayedFile {
  readonly frames: number;
  /** Error frames of the recorded buses, which no node can send. */
  readonly leftOut: number;
  readonly latestNs: number;
  readonly fault: EnvironmentFault | undefined;
}

/** Plays the file to its end. Throws an InputError for what is wrong with it, once all before that place has been played. */
export async function playFile(options: PlayFileOptions): Promise<PlayedFile> {
  const playing = new Playing(options);
  return playing.run();
}

class Playing {
  private readonly options: PlayFileOptions;
  private readonly schedule: PlaySchedule;
  private readonly player: Player;
  private readonly recordedBuses = new Set<string>();
  private scheduled = 0;
  private leftOut = 0;
  private done = false;
  private fault: EnvironmentFault | undefined;
  private wake = () => {};

  constructor(options: PlayFileOptions) {
    this.options = options;
    this.schedule = new PlaySchedule(options.timing);
    const { clock, presentNs, routes } = options;
    const events = {
      wantsMore: () => this.wake(),
      finished: (fault: EnvironmentFault | undefined) => {
        this.fault = fault;
        this.stop();
      },
    };
    this.player = new Player({ clock, presentNs, events, buses: [...new Set(routes.map(({ onto }) => onto))] });
  }

  async run(): Promise<PlayedFile> {
    const { loops, enter, signal } = this.options;
    const interrupted = () => {
      this.player.stop();
      this.stop();
    };
    signal.addEventListener('abort', interrupted, { once: true });
    let problem: unknown;
    try {
      for (let pass = 0; pass < loops && !this.done; pass += 1) await this.playOnce(pass === 0);
    } catch (error) {
      problem = error;
    }
    if (!this.done) enter(() => this.player.end());
    await this.until(() => this.done);
    signal.removeEventListener('abort', interrupted);
    if (problem !== undefined && this.fault === undefined && !signal.aborted) throw problem;
    const { frames, latestNs } = this.player;
    return { frames, latestNs, leftOut: this.leftOut, fault: this.fault };
  }

  private async playOnce(isFirst: boolean): Promise<void> {
    this.schedule.restart();
    for await (const records of readCaptureFile(this.options.path, isFirst ? this.options.tell : undefined)) {
      await this.until(() => this.done || this.player.wanting);
      if (this.done) return;
      this.options.enter(() => this.player.offer(this.dueFrames(records)));
    }
    if (this.scheduled > 0) return;
    const { path, routes } = this.options;
    const asked = routes.some(({ from }) => from === undefined)
      ? ''
      : ` of ${routes.map(({ from }) => from).join(', ')}`;
    const held = this.recordedBuses.size === 0 ? 'none' : `those of ${[...this.recordedBuses].join(', ')}`;
    throw new InputError(`${path}: there are no frames${asked} to play; it holds ${held}`);
  }

  private dueFrames(records: readonly CaptureRecord[]): readonly DueFrame[] {
    if (this.scheduled === 0) this.schedule.begin(this.options.clock.nowNs());
    const due: DueFrame[] = [];
    for (const record of records) {
      if (record.type === 'packet') continue;
      if (this.recordedBuses.size < captureBusesMax) this.recordedBuses.add(record.bus);
      const onto = this.options.routes.filter(({ from }) => from === undefined || from === record.bus);
      if (onto.length === 0) continue;
      if (record.type === 'error') this.leftOut += 1;
      else {
        const dueNs = this.schedule.dueNs(record.timeNs);
        due.push({ frame: record.frame, dueNs, onto: onto.map((route) => route.onto) });
      }
    }
    this.scheduled += due.length;
    return due;
  }

  private stop(): void {
    this.done = true;
    this.wake();
  }

  private async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
