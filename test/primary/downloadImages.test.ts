import { describe, expect, it } from 'vitest';
import { downloadRangeBytesMax, imageBytesMax } from '../../src/core/limits.ts';
import { imageEntry, type ListedImage, listImage } from '../../src/repository/roles/writeMetadata.ts';
import { bankBytes, hardwareOf, imageBytes, imageName } from '../ecu/support/bench.ts';
import { type OnTheLine, PrimaryBench } from './support/primaryBench.ts';

/** With release 2 on offer to the full Secondary alone. */
function offeredToFull(): PrimaryBench {
  const one = new PrimaryBench();
  one.bench.offer('full', 2);
  return one;
}

const downloads = (one: PrimaryBench) => one.requests.filter((request) => request.includes('@'));
const images =
  (change: OnTheLine): OnTheLine =>
  (request, genuine) =>
    request.type === 'image' ? change(request, genuine) : genuine;

/** What no honest repository does: lists an image with what is not true of its bytes. */
function listAs(repository: unknown, listed: ListedImage): void {
  const { roles } = repository as { readonly roles: Map<string, { list(filename: string, entry: object): void }> };
  roles.get('targets')?.list(listed.filename, imageEntry(listed));
}

describe('an image that the vehicle lacks', () => {
  it('is downloaded once, whole and under its hash; one that runs already is not [H2 K1]', () => {
    const one = offeredToFull();
    one.cycle();
    expect(downloads(one)).toHaveLength(1);
    expect(downloads(one)[0]).toMatch(/^image\/[0-9a-f]{64}\.full-2\.img@0$/);
    expect(one.runs('full')).toBe(imageName('full', 2));
    one.cycle();
    expect(downloads(one)).toHaveLength(1);
  });

  it('is fetched in ranges [P6]', () => {
    const one = offeredToFull();
    one.bench.offer('full', 3, new Uint8Array(2 * downloadRangeBytesMax + 5).fill(3));
    one.cycle();
    expect(downloads(one).map((request) => Number(request.split('@')[1]))).toEqual([
      0,
      downloadRangeBytesMax,
      2 * downloadRangeBytesMax,
    ]);
  });

  it('comes whole from a server that gives short ranges', () => {
    const one = offeredToFull();
    one.onTheLine = images((_request, genuine) =>
      genuine.status === 'ok' ? { status: 'ok', bytes: genuine.bytes.subarray(0, 100) } : genuine,
    );
    one.cycle();
    expect(downloads(one)).toHaveLength(9);
    expect(one.runs('full')).toBe(imageName('full', 2));
  });

  it.each([
    ['nothing', () => undefined],
    ['empty ranges', () => ({ status: 'ok', bytes: new Uint8Array() }) as const],
    ['that there is none', () => ({ status: 'not-found' }) as const],
    ['a refusal', () => ({ status: 'refused', message: 'no' }) as const],
  ])('is given up when the server answers %s, noted, and tried again in the next cycle [P6 P12]', (_what, answer) => {
    const one = offeredToFull();
    one.onTheLine = images(answer);
    one.cycle();
    expect(downloads(one)).toHaveLength(3);
    expect(one.onlooker.faults).toMatchObject([{ code: 'missing-file', attack: 'drop-request' }]);
    expect(one.runs('full')).toBe(imageName('full', 1));
    one.onTheLine = (_request, genuine) => genuine;
    one.cycle();
    expect(one.runs('full')).toBe(imageName('full', 2));
  });

  it('with wrong bytes is discarded, noted and handed to nobody [K4 M6]', () => {
    const one = offeredToFull();
    one.onTheLine = images((_request, genuine) =>
      genuine.status === 'ok' ? { status: 'ok', bytes: genuine.bytes.map((byte) => byte ^ 1) } : genuine,
    );
    one.cycle();
    expect(one.onlooker.faults).toMatchObject([{ code: 'hash-mismatch', attack: 'arbitrary-installation' }]);
    expect(one.imageStore.keys()).toEqual([]);
    expect(one.askedOf('full')).not.toContain('imageStart');
    one.onTheLine = (_request, genuine) => genuine;
    one.cycle();
    expect(one.runs('full')).toBe(imageName('full', 2));
  });

  it('of which a part is there is resumed, also after a restart of the Primary', () => {
    const one = offeredToFull();
    one.onTheLine = images((request, genuine) => {
      if (request.type !== 'image' || genuine.status !== 'ok' || request.offset > 0) return undefined;
      return { status: 'ok', bytes: genuine.bytes.subarray(0, 300) };
    });
    one.cycle();
    one.boot();
    one.bench.pass(100);
    one.onTheLine = (_request, genuine) => genuine;
    one.cycle();
    expect(downloads(one).map((request) => Number(request.split('@')[1]))).toEqual([0, 300, 300, 300, 300]);
    expect(one.runs('full')).toBe(imageName('full', 2));
  });

  it('that the server lengthens without an end takes no more than what is listed [P6]', () => {
    const one = offeredToFull();
    const endless = new Uint8Array(4 * downloadRangeBytesMax);
    endless.set(imageBytes('full', 2));
    one.onTheLine = images(() => ({ status: 'ok', bytes: endless }));
    one.cycle();
    expect(one.runs('full')).toBe(imageName('full', 2));
    expect(one.onlooker.progress.filter((line) => line.startsWith('full'))).toEqual(['full-2.img 802/802']);
  });

  it('that is listed longer than any image may be is not asked for [P6]', () => {
    const one = offeredToFull();
    const mustMatch = { hardwareIds: [hardwareOf('full')], releaseCounter: 2 };
    const listed = { ...listImage('huge.img', new Uint8Array(), mustMatch), length: imageBytesMax + 1 };
    const { director, imageRepository } = one.bench.servers;
    imageRepository.add('huge.img', new Uint8Array(), mustMatch);
    listAs(imageRepository, listed);
    imageRepository.publish(one.bench.now());
    director.assign('full', listed);
    one.cycle();
    expect(downloads(one)).toEqual([]);
    expect(one.onlooker.faults).toMatchObject([{ code: 'image-too-large', attack: 'endless-data' }]);
    expect(one.imageStore.keys()).toEqual([]);
  });

  it('that was listed with another length before is begun anew: no download runs for ever', () => {
    const one = offeredToFull();
    const { director, imageRepository } = one.bench.servers;
    const bytes = imageBytes('full', 2);
    const mustMatch = { hardwareIds: [hardwareOf('full')], releaseCounter: 2 };
    const wrong = { ...listImage(imageName('full', 2), bytes, mustMatch), length: bytes.length - 2 };
    listAs(imageRepository, wrong);
    imageRepository.publish(one.bench.now());
    director.assign('full', wrong);
    one.onTheLine = images((request, genuine) => {
      if (request.type !== 'image' || genuine.status !== 'ok' || request.offset > 0) return undefined;
      return { status: 'ok', bytes: genuine.bytes.subarray(0, 300) };
    });
    one.cycle();
    one.onTheLine = (_request, genuine) => genuine;
    one.bench.offer('full', 2);
    one.cycle();
    expect(one.runs('full')).toBe(imageName('full', 2));
  });

  it('that nobody is to have any more is forgotten', () => {
    const one = offeredToFull();
    one.cycle();
    expect(one.imageStore.keys()).toHaveLength(1);
    one.bench.offer('full', 3);
    one.cycle();
    expect(one.imageStore.keys()).toHaveLength(1);
    expect(one.imageStore.keys()[0]).toContain('full-3.img');
  });
});

describe('the Primary’s own image', () => {
  it('larger than its bank is not installed [P6]', () => {
    const one = new PrimaryBench();
    one.bench.offer('primary', 2, new Uint8Array(bankBytes + 1));
    one.cycle();
    expect(one.onlooker.faults).toMatchObject([{ code: 'image-too-large' }]);
    expect(one.runs('primary')).toBe(imageName('primary', 1));
  });

  it('that does not come up leaves the old one running, is reported, and is tried again [P12]', () => {
    const one = new PrimaryBench();
    one.bench.offer('primary', 2);
    one.bench.ecu('primary').failNextActivation = true;
    one.cycle();
    expect(one.runs('primary')).toBe(imageName('primary', 1));
    expect(one.onlooker.codes).toEqual(['activation-failed']);
    const last = one.verdicts.at(-1);
    expect(last?.ok && last.value.reports.get('primary')?.attacksDetected).toMatchObject([
      { code: 'activation-failed' },
    ]);
    one.cycle();
    expect(one.runs('primary')).toBe(imageName('primary', 2));
  });

  it('of a lower release counter is refused [P7 R10.4]', () => {
    const one = new PrimaryBench();
    one.bench.offer('primary', 2);
    one.cycle();
    one.bench.offer('primary', 1);
    one.cycle();
    expect(one.onlooker.codes).toEqual(['rollback']);
    expect(one.runs('primary')).toBe(imageName('primary', 2));
  });
});
