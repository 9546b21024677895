/**
 * The Uptane verification core, for use on its own: `import { verifyFull } from 'ecunet/uptane'`.
 *
 * Nothing here does I/O, reads a clock or awaits. A verification is a generator that yields a request for each metadata file,
 * is given the file's bytes, and returns what to trust from then on beside its result; `runProcedure` runs one over answers
 * that are at hand. A fault is a value with a stable code and the clause that found it.
 *
 * @packageDocumentation
 * @module ecunet/uptane
 */
export { type Attack, type RemoteFault, type RemoteFaultCode, remoteFaultCodes } from '../core/faults.ts';
export type { Result } from '../core/result.ts';
export { ed25519Noble } from '../crypto/ed25519Noble.ts';
export { ed25519Node } from '../crypto/ed25519Node.ts';
export type { HashFunction } from '../crypto/hashes.ts';
export type { Signatures } from '../crypto/signatures.ts';
export type { Client } from '../uptane/aktualizr/differences.ts';
export { type ClientNotice, type ClientRun, clientNotices } from '../uptane/aktualizr/notices.ts';
export type { CheckContext } from '../uptane/checks/context.ts';
export type { DescribedImage } from '../uptane/checks/describedImage.ts';
export {
  checkImage,
  checkTarget,
  createImageCheck,
  type ImageBytes,
  type ImageCheck,
  type InstallingEcu,
} from '../uptane/checks/image.ts';
export { targetOf } from '../uptane/checks/match.ts';
export { checkProvisionedRoot } from '../uptane/checks/root.ts';
export { type DecodeFault, decodeMetadata, type MetadataPlace } from '../uptane/decode/metadata.ts';
export { aktualizrJson, exactJson } from '../uptane/json/aktualizrJson.ts';
export { type CanonicalForm, canonicalJson, olpcJson } from '../uptane/json/canonicalJson.ts';
export type { MisreadCode } from '../uptane/json/jsonReader.ts';
export {
  type ExactJson,
  type ExactJsonObject,
  type JsonObject,
  type JsonTolerance,
  type JsonValue,
  parseExactJson,
  parseStrictJson,
} from '../uptane/json/strictJson.ts';
export { type FaultPlace, faultSummary, faultText } from '../uptane/model/faults.ts';
export type {
  DelegatedRole,
  Delegation,
  Delegations,
  EcuAssignment,
  EncryptedImage,
  FileMeta,
  Hashes,
  Metadata,
  MetadataOf,
  MustMatch,
  OfflineRoleName,
  PublicKey,
  RepositoryName,
  RoleKeys,
  RoleName,
  Root,
  Signature,
  Signed,
  Signers,
  Snapshot,
  SuccinctRoles,
  Target,
  Targets,
  Timestamp,
} from '../uptane/model/metadata.ts';
export { storedImageName } from '../uptane/model/metadata.ts';
export {
  aktualizrProfile,
  encodeRoleName,
  type FileName,
  fileName,
  type Profile,
  type ProfileName,
  profiles,
  type Tolerance,
  tufProfile,
  uptaneProfile,
} from '../uptane/model/profile.ts';
export {
  type Mapping,
  mapOfBoth,
  type RepositoryMap,
  readRepositoryMap,
  repositoriesFor,
  writeRepositoryMap,
} from '../uptane/model/repositoryMap.ts';
export { keyIdOf, type SigningKey, signingKey } from '../uptane/signing/keys.ts';
export { signMetadata, signPayload } from '../uptane/signing/sign.ts';
export {
  checkTimeAttestation,
  makeTimeAttestation,
  type TimeExpectation,
} from '../uptane/statements/timeAttestation.ts';
export {
  checkVehicleManifest,
  makeVehicleManifest,
  type VehicleManifest,
} from '../uptane/statements/vehicleManifest.ts';
export {
  checkVersionReport,
  type DetectedAttack,
  makeVersionReport,
  type VersionReport,
} from '../uptane/statements/versionReport.ts';
export { type FullTrust, type VerifiedTargets, verifyFull } from '../uptane/verification/full.ts';
export { refreshingOffline, verifyOffline } from '../uptane/verification/offline.ts';
export type { EcuHardware } from '../uptane/verification/offlineAssignment.ts';
export { answerFromMedia, imageFromMedia, type OfflineMedia } from '../uptane/verification/offlineMedia.ts';
export { verifyPartial } from '../uptane/verification/partial.ts';
export {
  type EcuContext,
  type MetadataAnswer,
  type MetadataRequest,
  type Outcome,
  type Procedure,
  runProcedure,
} from '../uptane/verification/procedure.ts';
export {
  restoreTrusted,
  type TrustedMetadata,
  type TrustedRepository,
  trustedFiles,
  trustedVersions,
} from '../uptane/verification/trusted.ts';
