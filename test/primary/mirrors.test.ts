// Several addresses of one repository: what one of them refuses or corrupts comes from the next. [malicious-mirror]
import { describe, expect, it } from 'vitest';
import type { RemoteRequest, RemoteResponse } from '../../src/uptane/model/remote.ts';
import { mapOfBoth } from '../../src/uptane/model/repositoryMap.ts';
import { imageName } from '../ecu/support/bench.ts';
import { PrimaryBench } from './support/primaryBench.ts';

const addresses = ['first', 'second'];

/** With release 2 on offer to the full Secondary, and a map of two addresses each. */
function mirrored(
  spoilt: (request: RemoteRequest, genuine: RemoteResponse) => RemoteResponse | undefined,
): PrimaryBench {
  const one = new PrimaryBench();
  const { ecu } = one.primary;
  ecu.trust({ ...ecu.trusted, map: mapOfBoth({ director: addresses, image: addresses }) });
  one.bench.offer('full', 2);
  one.onTheLine = (request, genuine) => {
    const isFirst = 'bytesMax' in request || 'offset' in request ? (request.mirror ?? 0) === 0 : false;
    return isFirst ? spoilt(request, genuine) : genuine;
  };
  return one;
}

const corrupt = (bytes: Uint8Array) => Uint8Array.from(bytes, (byte, index) => (index === 20 ? byte ^ 1 : byte));

describe('a mirror', () => {
  it.each([
    ['refuses everything', () => ({ status: 'refused', message: 'no' }) as const],
    ['answers nothing', () => undefined],
    [
      'corrupts everything',
      (_: RemoteRequest, genuine: RemoteResponse) =>
        genuine.status === 'ok' ? { ...genuine, bytes: corrupt(genuine.bytes) } : genuine,
    ],
    [
      'begins images wrongly and then falls silent',
      (request: RemoteRequest, genuine: RemoteResponse) => {
        if (request.type !== 'image' || genuine.status !== 'ok') return genuine;
        return request.offset === 0 ? { ...genuine, bytes: new Uint8Array(100) } : undefined;
      },
    ],
    [
      'corrupts images alone',
      (request: RemoteRequest, genuine: RemoteResponse) =>
        request.type === 'image' && genuine.status === 'ok' ? { ...genuine, bytes: corrupt(genuine.bytes) } : genuine,
    ],
  ])('that %s is passed over for the next, and the fault is noted [G2]', (_, spoilt) => {
    const one = mirrored(spoilt);
    one.cycle();
    expect(one.runs('full')).toBe(imageName('full', 2));
    expect(one.requests.some((request) => request.endsWith('from mirror 1'))).toBe(true);
    expect(one.onlooker.faults.length).toBeGreaterThan(0);
  });

  it('is the last where there is no other: reported, and nothing is lost [G2]', () => {
    const one = mirrored(() => ({ status: 'refused', message: 'no' }));
    const spoilt = one.onTheLine;
    one.onTheLine = (request, genuine) =>
      spoilt({ ...request, ...('mirror' in request && { mirror: 0 }) } as RemoteRequest, genuine);
    one.cycle();
    expect(one.runs('full')).toBe(imageName('full', 1));
    one.onTheLine = (_request, genuine) => genuine;
    one.cycle();
    expect(one.runs('full')).toBe(imageName('full', 2));
  });
});
