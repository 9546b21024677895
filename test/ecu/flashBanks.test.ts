import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import { type Flash, memoryFlash } from '../../src/ecu/flash.ts';
import { type BankImage, FlashBanks } from '../../src/ecu/flashBanks.ts';
import { type EcuStorage, memoryStorage } from '../../src/ecu/storage.ts';
import { bankImage, blockBytes } from './support/bench.ts';
import { type CutMoment, cutMoments, Fuse, fusedFlash, fusedStorage, PowerCut } from './support/powerCut.ts';

const bytesOf = (name: string, length = 900): Uint8Array => createRandom(name).bytes(length);
const oldBytes = bytesOf('old');
const newBytes = bytesOf('new', 1000);
const otherBytes = bytesOf('other', 600);
const oldImage = bankImage('app-1.img', oldBytes, 1);
const newImage = bankImage('app-2.img', newBytes, 2);
const otherImage = bankImage('app-3.img', otherBytes, 3);

function provisioned(): { flash: Flash; storage: EcuStorage } {
  const ports = { flash: memoryFlash(4096), storage: memoryStorage() };
  FlashBanks.provision(ports.flash, ports.storage, oldImage, oldBytes);
  return ports;
}
const started = ({ flash, storage }: { flash: Flash; storage: EcuStorage }) => new FlashBanks(flash, storage);
const comesUp = () => true;
const staysDown = () => false;

/** What an ECU does with an image: writes what is missing, reads it back, and puts it on trial if it is good. */
function install(banks: FlashBanks, image: BankImage, bytes: Uint8Array): boolean {
  for (let offset = banks.begin(image); offset < bytes.length; offset = banks.written) {
    banks.append(bytes.subarray(offset, offset + blockBytes));
  }
  const whole = Buffer.concat([...banks.writtenBlocks()]);
  if (banks.written !== image.length || hashHex('sha256', whole) !== image.hashes.sha256) {
    banks.discard();
    return false;
  }
  banks.activate();
  return true;
}

function expectIntact(banks: FlashBanks, ...among: readonly BankImage[]): void {
  expect(among).toContainEqual(banks.running);
  expect(banks.runningSha256()).toBe(banks.running.hashes.sha256);
}

describe('flash banks', () => {
  it('run the first image as the factory wrote it', () => {
    const banks = started(provisioned());
    expect(banks.boot(comesUp)).toEqual({ bank: 0, image: oldImage, failed: undefined });
    expectIntact(banks, oldImage);
  });

  it('hash what stands in flash now, whoever changed it', () => {
    const ports = provisioned();
    const banks = started(ports);
    expectIntact(banks, oldImage);
    ports.flash.write(0, 3, new Uint8Array([0]));
    const changed = oldBytes.slice();
    changed[3] = 0;
    expect(banks.runningSha256()).toBe(hashHex('sha256', changed));
    ports.flash.write(0, 0, oldBytes);
    expectIntact(banks, oldImage);
  });

  it('run a new image from the boot after its activation, and not before [P10]', () => {
    const ports = provisioned();
    const banks = started(ports);
    expect(install(banks, newImage, newBytes)).toBe(true);
    expectIntact(banks, oldImage);
    const rebooted = started(ports);
    expect(rebooted.boot(comesUp)).toEqual({ bank: 1, image: newImage, failed: undefined });
    expectIntact(rebooted, newImage);
  });

  it('boot the old image when the new one does not come up, and forget the new one [P12]', () => {
    const ports = provisioned();
    install(started(ports), newImage, newBytes);
    const rebooted = started(ports);
    expect(rebooted.boot(staysDown)).toEqual({ bank: 0, image: oldImage, failed: newImage });
    expectIntact(rebooted, oldImage);
    expect(started(ports).boot(comesUp).image).toEqual(oldImage);
    expect(rebooted.begin(newImage)).toBe(0);
  });

  it('do not try an image that was never activated [P12]', () => {
    const ports = provisioned();
    const banks = started(ports);
    banks.begin(newImage);
    banks.append(newBytes);
    expect(started(ports).boot(comesUp).image).toEqual(oldImage);
  });

  it('go on after a restart where the transfer stopped [P12]', () => {
    const ports = provisioned();
    const banks = started(ports);
    banks.begin(newImage);
    banks.append(newBytes.subarray(0, 512));
    const restarted = started(ports);
    expect(restarted.boot(comesUp).image).toEqual(oldImage);
    expect(restarted.begin(newImage)).toBe(512);
    expect(install(restarted, newImage, newBytes)).toBe(true);
    const rebooted = started(ports);
    rebooted.boot(comesUp);
    expectIntact(rebooted, newImage);
  });

  it('start anew when another image came in between', () => {
    const ports = provisioned();
    const banks = started(ports);
    banks.begin(newImage);
    banks.append(newBytes.subarray(0, 512));
    expect(banks.begin(otherImage)).toBe(0);
    banks.append(otherBytes.subarray(0, 256));
    expect(banks.begin(newImage)).toBe(0);
    expect(install(banks, newImage, newBytes)).toBe(true);
  });

  it('start anew after a discard [P7]', () => {
    const ports = provisioned();
    const banks = started(ports);
    banks.begin(newImage);
    banks.append(bytesOf('forged', 1000));
    expect([...banks.writtenBlocks()].reduce((sum, block) => sum + block.length, 0)).toBe(1000);
    banks.discard();
    expect(banks.written).toBe(0);
    expect(banks.begin(newImage)).toBe(0);
  });

  it('take back the image that ran before the one that runs', () => {
    const ports = provisioned();
    install(started(ports), newImage, newBytes);
    const banks = started(ports);
    banks.boot(comesUp);
    expect(banks.begin(oldImage)).toBe(0);
    install(banks, oldImage, oldBytes);
    const again = started(ports);
    expect(again.boot(comesUp).bank).toBe(0);
    expectIntact(again, oldImage);
  });

  it('blank a bank before the first byte of an image goes there', () => {
    const ports = provisioned();
    install(started(ports), newImage, newBytes);
    const banks = started(ports);
    banks.boot(comesUp);
    let blanked = false;
    const { flash, storage } = ports;
    const watched: Flash = {
      ...flash,
      erase: (bank) => {
        blanked = true;
        flash.erase(bank);
      },
      write: (bank, offset, bytes) => {
        expect(blanked).toBe(true);
        flash.write(bank, offset, bytes);
      },
    };
    install(new FlashBanks(watched, storage), oldImage, oldBytes);
    expect(blanked).toBe(true);
  });

  it('install an image of no bytes', () => {
    const ports = provisioned();
    const empty = bankImage('empty.img', new Uint8Array(), 2);
    expect(install(started(ports), empty, new Uint8Array())).toBe(true);
    const banks = started(ports);
    banks.boot(comesUp);
    expectIntact(banks, empty);
  });
});

/** The story that each power cut interrupts. What stands in the inactive bank before it is part of it. */
interface Story {
  readonly name: string;
  readonly before: (banks: FlashBanks) => void;
  readonly comesUp: () => boolean;
}
const stories: readonly Story[] = [
  { name: 'into a bank that was never used', before: () => {}, comesUp },
  {
    name: 'over the rest of another image',
    before: (banks) => {
      banks.begin(otherImage);
      banks.append(otherBytes.subarray(0, 300));
    },
    comesUp,
  },
  {
    name: 'going on with what an earlier try left',
    before: (banks) => {
      banks.begin(newImage);
      banks.append(newBytes.subarray(0, 300));
    },
    comesUp,
  },
  { name: 'of an image that does not come up', before: () => {}, comesUp: staysDown },
];

describe.each(stories)('a power cut during an installation $name', ({ before, comesUp: tried }) => {
  /** An installation and the boot that follows, cut at a write. Gives whether it came to its end. */
  function cut(write: number, moment: CutMoment): { finished: boolean; ports: ReturnType<typeof provisioned> } {
    const ports = provisioned();
    before(started(ports));
    const fuse = new Fuse();
    const fused = { flash: fusedFlash(ports.flash, fuse), storage: fusedStorage(ports.storage, fuse) };
    fuse.set(write, moment);
    try {
      install(started(fused), newImage, newBytes);
      started(fused).boot(tried);
      return { finished: true, ports };
    } catch (cause) {
      if (!(cause instanceof PowerCut)) throw cause;
      return { finished: false, ports };
    }
  }

  it.each(cutMoments)('%s any write leaves an image that boots, and the next try completes [P12]', (moment) => {
    let writes = 0;
    for (let finished = false; !finished; ) {
      writes += 1;
      const result = cut(writes, moment);
      finished = result.finished;
      // Whatever is on trial after a cut comes up: nothing but a whole image may be on trial.
      const banks = started(result.ports);
      banks.boot(comesUp);
      expectIntact(banks, oldImage, newImage);
      const nothingOnTrial = started(result.ports);
      expect(nothingOnTrial.boot(staysDown).failed).toBeUndefined();
      if (banks.running.filename === oldImage.filename) {
        expect(install(started(result.ports), newImage, newBytes)).toBe(true);
        const rebooted = started(result.ports);
        rebooted.boot(comesUp);
        expectIntact(rebooted, newImage);
      }
    }
    expect(writes).toBeGreaterThan(8);
  });
});

describe('a power cut while one image displaces another', () => {
  it.each(cutMoments)('%s any write does not resume the old one where its bytes are gone [P12]', (moment) => {
    for (let write = 1; write <= 4; write += 1) {
      const ports = provisioned();
      const banks = started(ports);
      banks.begin(newImage);
      banks.append(newBytes.subarray(0, 300));
      const fuse = new Fuse();
      const fused = { flash: fusedFlash(ports.flash, fuse), storage: fusedStorage(ports.storage, fuse) };
      fuse.set(write, moment);
      try {
        const displacing = started(fused);
        displacing.begin(otherImage);
        displacing.append(otherBytes.subarray(0, 256));
      } catch (cause) {
        expect(cause).toBeInstanceOf(PowerCut);
      }
      const restarted = started(ports);
      restarted.boot(comesUp);
      expect(install(restarted, newImage, newBytes)).toBe(true);
    }
  });
});
