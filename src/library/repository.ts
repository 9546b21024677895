/**
 * Uptane repositories, for use on their own: `import { Director } from 'ecunet/repository'`. The Director with inventory and
 * campaigns, the Image repository with delegations and uploads, the timeserver, offline media, keys that rotate at runtime.
 *
 * All of it does no I/O, reads no clock and awaits nothing, but for two things: keys in a folder that is their owner's alone
 * ({@link saveKeys}, {@link loadKeys}), and a repository's files in a folder ({@link saveRepository}). Time is passed in, in seconds since
 * 1970. What others got wrong comes back as a `Result` with a `RemoteFault`; what the operator got wrong is thrown as an
 * {@link InputError} of one line.
 *
 * @packageDocumentation
 * @module ecunet/repository
 */
export { type Attack, InputError, type RemoteFault, type RemoteFaultCode } from '../core/faults.ts';
export type { Result } from '../core/result.ts';
export { ed25519Noble } from '../crypto/ed25519Noble.ts';
export { ed25519Node } from '../crypto/ed25519Node.ts';
export type { Signatures } from '../crypto/signatures.ts';
export { loadKeys, saveKeys } from '../keyStore/keyFolder.ts';
export { generateKey, StoredKey } from '../keyStore/storedKey.ts';
export {
  type CampaignOrder,
  type CampaignParts,
  Campaigns,
  type VehicleProgress,
  type VehicleState,
} from '../repository/director/campaigns.ts';
export {
  Director,
  type DirectorOptions,
  type ManifestVerdict,
  type Outstanding,
} from '../repository/director/director.ts';
export { type InventoriedVehicle, Inventory, type ReportedAttack } from '../repository/director/inventory.ts';
export type { ResolvingEcu } from '../repository/director/narrowing.ts';
export type { InventoriedEcu } from '../repository/director/registration.ts';
export { resolveImages } from '../repository/director/resolver.ts';
export type { PlainImage } from '../repository/director/sealing.ts';
export type { Delegatee, NewDelegation } from '../repository/images/delegating.ts';
export { ImageRepository, type Listing } from '../repository/images/imageRepository.ts';
export type { Dependency, Release, ReleaseDeclaration } from '../repository/images/release.ts';
export type { ImageUpload, MetadataUpload } from '../repository/images/uploadCheck.ts';
export {
  type OfflineImage,
  type OfflineSources,
  writeOfflineMedia,
  writeOfflineSnapshot,
  writeOfflineTargets,
} from '../repository/offlineMedia.ts';
export { type CurrentFiles, usualValidity, type Validity } from '../repository/roles/publication.ts';
export type { KeyHolder, RoleHolders, RootedRole, Thresholds } from '../repository/roles/roleKeys.ts';
export type { RoleSigners } from '../repository/roles/roleSigners.ts';
export type { KeyChange, NextRoot } from '../repository/roles/roots.ts';
export type { Edition, ListedImage, TargetsFile } from '../repository/roles/writeMetadata.ts';
export { answerRequest, type Servers } from '../repository/servers.ts';
export { Timeserver } from '../repository/timeserver.ts';
export type { Hashes, MustMatch, PublicKey, RepositoryName, RoleName } from '../uptane/model/metadata.ts';
export type { RemoteRequest, RemoteResponse } from '../uptane/model/remote.ts';
export type { SigningKey } from '../uptane/signing/keys.ts';
export type { DetectedAttack, VersionReport } from '../uptane/statements/versionReport.ts';
export type { OfflineMedia } from '../uptane/verification/offlineMedia.ts';
export { saveRepository } from './repositoryFolder.ts';
