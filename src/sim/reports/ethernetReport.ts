// Owns: what a run tells of its Ethernet networks as it goes: in each window what the switch received, what was lost, and how busy the
// busiest direction of a link was. Links share nothing with each other, so that this one says whether anybody had to wait.
import type { EthernetLinkLoad, EthernetLoad, EthernetNetwork } from '../../bus/ethernet/ethernetNetwork.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Emit } from '../events/events.ts';
import { reportWindows } from './reportWindows.ts';

/** Emits what each network carried in each window with traffic. Returns a function that ends it and emits the rest. */
export function reportEthernets(networks: ReadonlyMap<string, EthernetNetwork>, clock: Clock, emit: Emit): () => void {
  const before = new Map([...networks].map(([name, network]) => [name, network.load()]));
  return reportWindows(clock, (spanNs) => {
    for (const [name, network] of networks) {
      const load = network.load();
      const last = before.get(name);
      before.set(name, load);
      if (last !== undefined) reportEthernet(name, last, load, spanNs, emit);
    }
  });
}

function reportEthernet(bus: string, last: EthernetLoad, load: EthernetLoad, windowNs: number, emit: Emit): void {
  const spent = load.links.map((link, index) => since(last.links[index], link));
  const sum = (of: 'frames' | 'lostFrames' | 'droppedFrames') => spent.reduce((total, link) => total + link[of], 0);
  const [lostFrames, droppedFrames] = [sum('lostFrames'), sum('droppedFrames')];
  if (sum('frames') + lostFrames + droppedFrames === 0) return;
  const busiest = spent.reduce((most, link) => (link.busyNs > most.busyNs ? link : most));
  emit({
    type: 'bus.window',
    bus,
    windowNs,
    frames: load.frames - last.frames,
    busyNs: busiest.busyNs,
    link: busiest.direction === 'toSwitch' ? `${busiest.node} to switch` : `switch to ${busiest.node}`,
    ...(lostFrames > 0 && { lostFrames }),
    ...(droppedFrames > 0 && { droppedFrames }),
    digest: load.digest,
  });
}

function since(last: EthernetLinkLoad | undefined, now: EthernetLinkLoad): EthernetLinkLoad {
  if (last === undefined) return now;
  return {
    ...now,
    frames: now.frames - last.frames,
    busyNs: now.busyNs - last.busyNs,
    lostFrames: now.lostFrames - last.lostFrames,
    droppedFrames: now.droppedFrames - last.droppedFrames,
  };
}
