// Owns: a sound scenario and a sound vehicle, small enough to have every kind of member, that rows of bad files change.
export const soundVehicle = `vin: WECUNET0000000001
buses:
  body: { kind: can, bitrate: 500000 }
  fast: { kind: can-fd, bitrate: 500000, dataBitrate: 2000000 }
  eth: { kind: ethernet, speed: 100BASE-T1, links: { cam: { loss: 0.01 } } }
ecus:
  hub:
    role: primary
    hardware: h1
    buses: [body, eth]
    image: { filename: h-1.img, size: 1 KiB, releaseCounter: 1 }
  door:
    role: secondary
    verification: partial
    hardware: d1
    bus: body
    requestId: 0x10
    responseId: 0x11
    image: { filename: d-1.img, size: 1 KiB, releaseCounter: 1 }
  cam:
    role: secondary
    verification: full
    hardware: c1
    bus: eth
    image: { filename: c-1.img, size: 1 KiB, releaseCounter: 1 }
  roof:
    role: secondary
    verification: partial
    hardware: r1
    bus: fast
    requestId: 0x20
    responseId: 0x21
    image: { filename: r-1.img, size: 1 KiB, releaseCounter: 1 }
  gate:
    role: gateway
    buses: [body, fast]
    routes:
      - { from: body, to: fast, ids: [0x20] }
      - { from: fast, to: body, ids: [0x21] }
`;

export const soundScenario = `title: Test
vehicle: vehicle.yaml
suppliers:
  brakes: { paths: ['brake-*'] }
steps:
  - publish:
      door: { filename: d-2.img, size: 2 KiB, releaseCounter: 2 }
  - cycle: {}
  - expect:
      - { ecu: door, runs: d-2.img }
      - { manifest: confirmed }
`;

/** What is changed: words of the sound file, or all of it. */
export type Change = readonly [from: string, to: string] | { readonly all: string };

export interface BadFile {
  readonly scenario?: Change;
  readonly vehicle?: Change;
  /** The file that is told of, in which line. */
  readonly file: 'scenario.yaml' | 'vehicle.yaml';
  readonly line: number;
  readonly path: string;
  readonly text: string;
}

export function changed(sound: string, change: Change | undefined): string {
  if (change === undefined) return sound;
  if ('all' in change) return change.all;
  const [from, to] = change;
  if (!sound.includes(from)) throw new Error(`there is no ${from} to be changed`);
  return sound.replace(from, () => to);
}
