// Owns: what the phases of a Primary's cycle work on: the ECU itself, the conversations, the servers, the cycle's memory.

import type { RemoteFault } from '../../core/faults.ts';
import { all, type Task, wait } from '../../core/task.ts';
import type { Timer } from '../../core/time/clock.ts';
import { NS_PER_MS } from '../../core/units.ts';
import { Ecu } from '../../ecu/ecu.ts';
import { uptaneProfile } from '../../uptane/model/profile.ts';
import type { RemoteRequest, RemoteResponse } from '../../uptane/model/remote.ts';
import type { EcuContext } from '../../uptane/verification/procedure.ts';
import { conversationsAtOnceMax } from '../limits.ts';
import { ChannelTurns } from './channelTurns.ts';
import { Conversation } from './conversation.ts';
import { type Cycle, newCycle } from './cycle.ts';
import type { PrimaryPorts } from './ports.ts';

/** Set while a cycle's last manifest is owed, so that a Primary that rebooted into its new image still sends it. */
const closingFile = 'primary-closing';

export class PrimaryBehaviour {
  readonly ports: PrimaryPorts;
  readonly ecu: Ecu;
  readonly conversations: readonly Conversation[];
  cycle: Cycle = newCycle();

  constructor(ports: PrimaryPorts) {
    this.ports = ports;
    this.ecu = new Ecu(ports);
    const { clock, observer, timing, random } = ports;
    const turns = new Map(ports.secondaries.map(({ channel }) => [channel, new ChannelTurns(clock)]));
    this.conversations = ports.secondaries.map((secondary) => {
      const ofChannel = turns.get(secondary.channel) ?? new ChannelTurns(clock);
      const { answerMs } = timing;
      return new Conversation({ secondary, turns: ofChannel, clock, observer, answerMs, firstId: random.uint32() });
    });
  }

  isClosingOwed(): boolean {
    return this.ports.storage.read(closingFile) !== undefined;
  }

  storeClosingOwed(isOwed: boolean): void {
    this.ports.storage.write(new Map([[closingFile, isOwed ? new Uint8Array([1]) : undefined]]));
  }

  /** The conversations with Secondaries that still take part. */
  get partners(): readonly Conversation[] {
    return this.conversations.filter(({ secondary }) => !this.cycle.left.has(secondary.serial));
  }

  /** Does the same with every Secondary that takes part, channel by channel side by side. */
  *withPartners(task: (partner: Conversation) => Task<void>): Task<void> {
    const channels = new Set(this.partners.map(({ secondary }) => secondary.channel));
    const onChannel = (channel: string) => this.partners.filter(({ secondary }) => secondary.channel === channel);
    yield* all([...channels].map((channel) => all(onChannel(channel).map(task), conversationsAtOnceMax)));
  }

  /** Asks a server; undefined where there is no answer in time. */
  *request(request: RemoteRequest): Task<RemoteResponse | undefined> {
    return yield* wait<RemoteResponse | undefined>((done) => {
      let timer: Timer | undefined;
      let answered = false;
      const giveUp = this.ports.remote.request(request, (response) => {
        answered = true;
        timer?.cancel();
        done(response);
      });
      if (answered) return giveUp;
      timer = this.ports.clock.after(this.ports.timing.answerMs * NS_PER_MS, () => {
        giveUp();
        done(undefined);
      });
      return () => {
        timer?.cancel();
        giveUp();
      };
    });
  }

  /** How many addresses the map gives the repositories, one of them at least. G2 */
  get mirrors(): number {
    const { director = [], image = [] } = this.ecu.trusted.map?.urls ?? {};
    return Math.max(1, director.length, image.length);
  }

  /** As this Primary verifies: it knows every ECU of the vehicle. V8 */
  get verificationContext(): EcuContext {
    const { signatures, identity } = this.ports;
    const ecus = [identity, ...this.ports.secondaries];
    const hardware = new Map(ecus.map(({ serial, hardwareId }) => [serial, hardwareId]));
    const vehicleEcus = new Set(hardware.keys());
    return { signatures, profile: uptaneProfile, now: this.ecu.now(), vin: identity.vin, vehicleEcus, hardware };
  }

  /** Leaves a Secondary out of the rest of the cycle. */
  leave(serial: string): void {
    this.cycle.left.add(serial);
  }

  /** Keeps a fault of its own finding for its next report. */
  note(fault: RemoteFault): void {
    this.ecu.noteFault(fault);
  }
}
