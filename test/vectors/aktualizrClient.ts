// Owns: a Primary as the vectors know it: it trusts the first roots it sees, keeps what it verified from step to step, and
// judges the images too.
import type { RemoteFault } from '../../src/core/faults.ts';
import { checkImage, checkTarget } from '../../src/uptane/checks/image.ts';
import { checkProvisionedRoot } from '../../src/uptane/checks/root.ts';
import type { RepositoryName } from '../../src/uptane/model/metadata.ts';
import { aktualizrProfile, fileName } from '../../src/uptane/model/profile.ts';
import { type FullTrust, verifyFull } from '../../src/uptane/verification/full.ts';
import { type EcuContext, type MetadataRequest, runProcedure } from '../../src/uptane/verification/procedure.ts';
import { begin, signatures } from '../uptane/support/fixtures.ts';
import { hardwareId, serial } from './aktualizrRepository.ts';

export type Served = (name: string) => Uint8Array | undefined;

const folders: Readonly<Record<RepositoryName, string>> = { director: 'director', image: 'image_repo' };

const context: EcuContext = {
  signatures,
  profile: aktualizrProfile,
  now: begin,
  vin: undefined,
  vehicleEcus: new Set([serial]),
};

export class VectorClient {
  /** Every metadata file that was asked for. */
  requests: string[] = [];
  private trusted: FullTrust | undefined;

  /** What is wrong with what is served at one step; undefined where nothing is. */
  step(served: Served): RemoteFault | undefined {
    const trusted = this.trusted ?? this.provision(served);
    if ('kind' in trusted) return trusted;
    const outcome = runProcedure(
      verifyFull(context, trusted, () => true),
      (request) => this.answer(served, request),
    );
    this.trusted = { image: trusted.image, ...outcome.trusted };
    if (!outcome.result.ok) return outcome.result.fault;
    const target = checkTarget(outcome.result.value.director, { serial, hardwareId, installedReleaseCounter: 0 });
    if (!target.ok) return target.fault;
    const bytes = served(`image_repo/${target.value.filename}`) ?? new Uint8Array();
    const checked = checkImage(target.value, bytes.length, [bytes]);
    return checked.ok ? undefined : checked.fault;
  }

  /** Version 1 of each root, checked against itself. */
  private provision(served: Served): FullTrust | RemoteFault {
    const root = (repository: RepositoryName) =>
      checkProvisionedRoot({ ...context, repository }, served(`${folders[repository]}/1.root.json`));
    const [director, image] = [root('director'), root('image')];
    if (!director.ok) return director.fault;
    if (!image.ok) return image.fault;
    return { director: { root: director.value }, image: { root: image.value } };
  }

  private answer(served: Served, request: MetadataRequest): Uint8Array | undefined {
    const name = `${folders[request.repository]}/${fileName(aktualizrProfile, request)}`;
    this.requests.push(name);
    return served(name);
  }
}
