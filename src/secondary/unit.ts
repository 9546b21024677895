// Owns: what a Secondary does with a request: verifies, stores, answers. Its statechart, in machine.ts, says when.
// Must not know how messages travel.
import { equalBytes, fromHex } from '../core/bytes.ts';
import type { RemoteFault } from '../core/faults.ts';
import {
  directorTargetsBytesMax,
  filenameCharsMax,
  imageBlockBytesMax,
  imageTargetsBytesMax,
  metadataChunkBytesMax,
  rootRotationsMax,
} from '../core/limits.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { MIB } from '../core/units.ts';
import type { Ecu } from '../ecu/ecu.ts';
import { imageOf, sameImage } from '../ecu/flashBanks.ts';
import type { RequestBodies, ResponseBody } from '../messages/codec.ts';
import { protocolVersionMax, protocolVersionMin } from '../messages/version.ts';
import { canonicalJson } from '../uptane/canonicalJson.ts';
import { checkImage, checkTarget } from '../uptane/checks/image.ts';
import { faultSummary, remoteFault } from '../uptane/faults.ts';
import type { Target } from '../uptane/metadata.ts';
import { trustedVersions } from '../uptane/trusted.ts';
import { type FullTrust, type VerifiedTargets, verifyFull } from '../uptane/verification/full.ts';
import { verifyPartial } from '../uptane/verification/partial.ts';
import { type EcuContext, type Outcome, requestedFile, runProcedure } from '../uptane/verification/procedure.ts';

/** How a Secondary is configured. */
export interface SecondaryConfig {
  readonly verification: 'full' | 'partial';
  /** The longest block of an image that it takes. */
  readonly blockBytesMax: number;
}

/** Metadata received for one verification: of both repositories all roots that may follow, and the online roles. */
const filesMax = 2 * (rootRotationsMax + 3);
const refusalCharsMax = 300;
const filesBytesMax = 16 * MIB;
const fileBytesMax = Math.max(directorTargetsBytesMax, imageTargetsBytesMax);

interface PartialFile {
  readonly bytes: Uint8Array;
  received: number;
}

export class SecondaryUnit {
  readonly ecu: Ecu;
  readonly config: SecondaryConfig;
  private readonly files = new Map<string, PartialFile>();
  /** The files have been verified: the next one begins a new set. Until then a repeated request finds them again. */
  private filesUsed = false;
  /** The attestation that was accepted since the token was last told: a repeated request finds it again. */
  private acceptedTime: Uint8Array | undefined;
  /** What the last verification said to install, if anything. */
  private wanted: Target | undefined;

  constructor(ecu: Ecu, config: SecondaryConfig) {
    this.ecu = ecu;
    this.config = config;
  }

  welcome(hello: RequestBodies['hello']): ResponseBody {
    const version = Math.min(hello.versionMax, protocolVersionMax);
    if (version < Math.max(hello.versionMin, protocolVersionMin)) {
      const spoken = `${protocolVersionMin} to ${protocolVersionMax}`;
      const message = `it speaks protocol versions ${spoken}, not ${hello.versionMin} to ${hello.versionMax}`;
      return refusal(remoteFault({ code: 'unsupported-protocol', clause: 'M1', message }));
    }
    const { director, image } = this.ecu.trusted;
    return {
      name: 'welcome',
      version,
      ecuSerial: this.ecu.parts.identity.serial,
      blockBytesMax: this.blockBytesMax,
      directorRootVersion: director.root.body.version,
      imageRootVersion: image?.root.body.version ?? 0,
    };
  }

  report(): ResponseBody {
    this.acceptedTime = undefined;
    const report = canonicalJson(this.ecu.report());
    return { name: 'report', report, timeToken: fromHex(this.ecu.timeToken) ?? new Uint8Array() };
  }

  /** Y3 */
  acceptTime({ attestation }: RequestBodies['time']): ResponseBody {
    if (this.acceptedTime !== undefined && equalBytes(this.acceptedTime, attestation)) return { name: 'timeAccepted' };
    const accepted = this.ecu.acceptTime(attestation, 'Y3', [this.ecu.timeToken]);
    if (!accepted.ok) return refusal(accepted.fault);
    this.acceptedTime = attestation;
    return { name: 'timeAccepted' };
  }

  /** Takes a piece of a metadata file; what the file says is judged by `verify`. */
  storeMetadata(chunk: RequestBodies['metadata']): ResponseBody {
    const { file, totalLength, offset, data } = chunk;
    const tooLong = totalLength > fileBytesMax || data.length > metadataChunkBytesMax || file.length > filenameCharsMax;
    if (tooLong || offset + data.length > totalLength) {
      return this.refuseOversized(`a chunk of ${data.length} bytes at ${offset} of ${totalLength}`);
    }
    if (offset === 0) {
      if (this.filesUsed) this.files.clear();
      this.filesUsed = false;
      this.files.delete(file);
      const held = [...this.files.values()].reduce((sum, { bytes }) => sum + bytes.length, totalLength);
      if (this.files.size >= filesMax || held > filesBytesMax) {
        // The next attempt begins with nothing, whoever filled the memory.
        this.files.clear();
        return this.refuseOversized(`more than ${filesMax} files or ${filesBytesMax} bytes of metadata`);
      }
      this.files.set(file, { bytes: new Uint8Array(totalLength), received: 0 });
    }
    const partial = this.files.get(file);
    if (partial === undefined || partial.bytes.length !== totalLength || offset > partial.received) {
      const message = `a chunk of ${file} that does not follow the one before`;
      return refusal(remoteFault({ code: 'unexpected-message', clause: 'M8', message }));
    }
    partial.bytes.set(data, offset);
    partial.received = Math.max(partial.received, offset + data.length);
    return { name: 'metadataStored' };
  }

  /** Verifies what was received, and finds out what to install. Q R P4 P5 P7 */
  verify(): Result<Target | undefined, RemoteFault> {
    this.wanted = undefined;
    const outcome = this.runVerification();
    this.filesUsed = true;
    if (!outcome.result.ok) {
      this.ecu.trust(outcome.trusted);
      return this.found(outcome.result.fault);
    }
    const { serial, hardwareId } = this.ecu.parts.identity;
    const running = this.ecu.banks.running;
    const self = { serial, hardwareId, installedReleaseCounter: running.releaseCounter };
    const target = checkTarget(outcome.result.value.director, self);
    if (!target.ok && target.fault.code !== 'no-image-for-ecu') return this.found(target.fault);
    if (target.ok && target.value.length > this.ecu.banks.bankBytes) {
      const message = `${target.value.length} bytes, a bank holds ${this.ecu.banks.bankBytes}`;
      return this.found(remoteFault({ code: 'image-too-large', clause: 'P6', message, attack: 'endless-data' }));
    }
    // P5: metadata that names no image for this ECU leaves the previous Targets in place
    if (target.ok) this.ecu.trust(outcome.trusted);
    this.ecu.forgetReportedFaults();
    this.ecu.parts.observer.metadataVerified(trustedVersions(outcome.trusted));
    if (target.ok && !sameImage(imageOf(target.value), running)) this.wanted = target.value;
    return ok(this.wanted);
  }

  /** Whether this is the image that the metadata named. */
  expects(filename: string): boolean {
    return this.wanted?.filename === filename;
  }

  /** Readies the bank, and says where to begin or resume. */
  startImage({ filename }: RequestBodies['imageStart']): ResponseBody {
    const { wanted } = this;
    if (wanted === undefined || !this.expects(filename)) {
      const message = `${filename} is not the image that this ECU waits for`;
      return refusal(remoteFault({ code: 'unexpected-message', clause: 'P4', message }));
    }
    return { name: 'imageReady', nextOffset: this.ecu.banks.begin(imageOf(wanted)) };
  }

  /** Writes a block that is the next one, and gives the number of bytes written; any other block is left aside. P6 */
  storeBlock({ offset, data }: RequestBodies['imageBlock']): number {
    const { wanted } = this;
    const { banks, parts } = this.ecu;
    const fits = wanted !== undefined && offset + data.length <= wanted.length && data.length <= this.blockBytesMax;
    if (!fits || offset !== banks.written) return 0;
    banks.append(data);
    parts.observer.imageProgressed(wanted.filename, banks.written, wanted.length);
    return data.length;
  }

  /** Says which block is wanted next, so that one that was left aside is sent again. */
  blockStored(): ResponseBody {
    return { name: 'blockStored', nextOffset: this.ecu.banks.written };
  }

  /** P7 P9: reads the image back from flash. A bad one is forgotten. */
  checkImage(): Result<void, RemoteFault> {
    const { banks } = this.ecu;
    const unexpected = remoteFault({
      code: 'unexpected-message',
      clause: 'P1',
      message: 'there is nothing to install',
    });
    if (this.wanted === undefined) return fail(unexpected);
    const checked = checkImage(this.wanted, banks.written, banks.writtenBlocks());
    if (checked.ok) return checked;
    banks.discard();
    this.wanted = undefined;
    return this.found(checked.fault);
  }

  private get blockBytesMax(): number {
    return Math.min(this.config.blockBytesMax, imageBlockBytesMax);
  }

  private refuseOversized(message: string): ResponseBody {
    const fault = remoteFault({ code: 'oversized', clause: 'V1', message, attack: 'endless-data' });
    this.ecu.noteFault(fault);
    return refusal(fault);
  }

  private found(fault: RemoteFault): Result<never, RemoteFault> {
    this.ecu.noteFault(fault);
    return fail(fault);
  }

  private runVerification(): Outcome<VerifiedTargets> {
    const { identity, signatures } = this.ecu.parts;
    const context: EcuContext = { signatures, now: this.ecu.now(), vin: identity.vin, vehicleEcus: undefined };
    const { trusted } = this.ecu;
    const procedure =
      this.config.verification === 'full'
        ? verifyFull(context, trusted as FullTrust, (target) => target.ecus.has(identity.serial))
        : verifyPartial(context, trusted);
    return runProcedure(procedure, (request) => {
      const file = this.files.get(`${request.repository}/${requestedFile(request)}`);
      return file?.bytes.subarray(0, file.received);
    });
  }
}

/** The answer that names a fault. */
export function refusal(fault: RemoteFault): ResponseBody {
  const { code, clause, attack = '' } = fault;
  return { name: 'refusal', code, clause, attack, message: faultSummary(fault).slice(0, refusalCharsMax) };
}
