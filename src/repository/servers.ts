// Owns: answering a vehicle's requests: the port behind which HTTP will stand as well. Bounded whatever is asked.
import type { RemoteFault } from '../core/faults.ts';
import { downloadRangeBytesMax } from '../core/limits.ts';
import type { Result } from '../core/result.ts';
import { faultText } from '../uptane/model/faults.ts';
import type { RemoteRequest, RemoteResponse } from '../uptane/model/remote.ts';
import { areTimeTokens } from '../uptane/statements/timeAttestation.ts';
import type { Campaigns } from './director/campaigns.ts';
import type { Director, ManifestVerdict } from './director/director.ts';
import type { ImageRepository } from './images/imageRepository.ts';
import type { Timeserver } from './timeserver.ts';

export interface Servers {
  readonly director: Director;
  readonly imageRepository: ImageRepository;
  readonly timeserver: Timeserver;
  /** Told of every manifest that the Director accepts. */
  readonly campaigns?: Campaigns;
}

/** `manifestJudged` lets an operator watch the Director's verdicts. `now`: seconds since 1970. */
export function answerRequest(
  servers: Servers,
  request: RemoteRequest,
  now: number,
  manifestJudged: (verdict: Result<ManifestVerdict, RemoteFault>) => void,
): RemoteResponse {
  switch (request.type) {
    case 'metadata': {
      const repository = request.repository === 'director' ? servers.director : servers.imageRepository;
      return found(repository.file(request.file, now)?.subarray(0, request.bytesMax + 1));
    }
    case 'image': {
      const length = Math.min(request.length, downloadRangeBytesMax);
      const { file, offset } = request;
      return found(servers.imageRepository.image(file, offset, length) ?? servers.director.image(file, offset, length));
    }
    case 'manifest': {
      const verdict = servers.director.receiveManifest(request.bytes, now);
      if (verdict.ok) servers.campaigns?.manifestAccepted(servers.director.vehicle.vin, now);
      manifestJudged(verdict);
      return verdict.ok
        ? { status: 'ok', bytes: new Uint8Array() }
        : { status: 'refused', message: faultText(verdict.fault) };
    }
    case 'time':
      if (!areTimeTokens(request.tokens)) return { status: 'refused', message: 'these are no time tokens' };
      return { status: 'ok', bytes: servers.timeserver.attest(request.tokens, now) };
  }
}

function found(bytes: Uint8Array | undefined): RemoteResponse {
  return bytes === undefined ? { status: 'not-found' } : { status: 'ok', bytes };
}
