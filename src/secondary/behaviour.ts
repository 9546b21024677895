// Owns: what a Secondary does with a request: verifies, stores, answers. Its statechart, in machine.ts, says when.
// Must not know how messages travel.
import { equalBytes, fromHex } from '../core/bytes.ts';
import type { RemoteFault } from '../core/faults.ts';
import { faultMessageCharsMax, imageBlockBytesMax } from '../core/limits.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { printable } from '../core/text.ts';
import type { Ecu } from '../ecu/ecu.ts';
import { beginImage, type IncomingImage } from '../ecu/incomingImage.ts';
import { givenUp } from '../ecu/ownTarget.ts';
import type { RequestBodies, ResponseBody } from '../messages/codec.ts';
import { protocolVersionMax, protocolVersionMin } from '../messages/version.ts';
import { checkImage } from '../uptane/checks/image.ts';
import { canonicalJson } from '../uptane/json/canonicalJson.ts';
import { faultSummary, remoteFault } from '../uptane/model/faults.ts';
import type { Target } from '../uptane/model/metadata.ts';
import { trustedVersions } from '../uptane/verification/trusted.ts';
import { ReceivedFiles } from './receivedFiles.ts';
import { verifyReceived } from './verifyReceived.ts';

/** How a Secondary is configured. */
export interface SecondaryConfig {
  /** The longest block of an image that it takes. */
  readonly blockBytesMax: number;
}

/** What is remembered from a request that takes time to its answer. */
export interface Work {
  /** The latest request's: it is the one that the Primary waits for. */
  id: number;
  /** How the metadata was judged, and the image. */
  metadata: Result<Target | undefined, RemoteFault>;
  image: Result<void, RemoteFault>;
  /** The bytes of the latest block that go to flash. */
  flashBytes: number;
}

export class SecondaryBehaviour {
  readonly ecu: Ecu;
  readonly config: SecondaryConfig;
  readonly work: Work = { id: 0, metadata: ok(undefined), image: ok(), flashBytes: 0 };
  private readonly files = new ReceivedFiles();
  /** The attestation that was accepted since the token was last told: a repeated request finds it again. */
  private acceptedTime: Uint8Array | undefined;
  /** One came since then, accepted or not. */
  private wasGivenTime = false;
  /** What the last verification said to install, if anything. */
  private wanted: Target | undefined;
  private incoming: IncomingImage | undefined;
  /** Why the image that was coming in is given up: told to a Primary that goes on sending. */
  private failure: RemoteFault | undefined;

  constructor(ecu: Ecu, config: SecondaryConfig) {
    this.ecu = ecu;
    this.config = config;
  }

  welcome(hello: RequestBodies['hello']): ResponseBody {
    const version = Math.min(hello.versionMax, protocolVersionMax);
    if (version < Math.max(hello.versionMin, protocolVersionMin)) {
      const spoken = `${protocolVersionMin} to ${protocolVersionMax}`;
      const message = `it speaks protocol versions ${spoken}, not ${hello.versionMin} to ${hello.versionMax}`;
      return refusal(remoteFault({ clause: 'M1', code: 'unsupported-protocol', message }));
    }
    const { director, image } = this.ecu.trusted;
    return {
      name: 'welcome',
      version,
      ecuSerial: this.ecu.ports.identity.serial,
      blockBytesMax: this.blockBytesMax,
      directorRootVersion: director.root.body.version,
      imageRootVersion: image?.root.body.version ?? 0,
    };
  }

  report(): ResponseBody {
    this.acceptedTime = undefined;
    this.wasGivenTime = false;
    const report = canonicalJson(this.ecu.report());
    return { name: 'report', report, timeToken: fromHex(this.ecu.timeToken) ?? new Uint8Array() };
  }

  /** Y3 */
  acceptTime({ attestation }: RequestBodies['time']): ResponseBody {
    if (this.acceptedTime !== undefined && equalBytes(this.acceptedTime, attestation)) return { name: 'timeAccepted' };
    this.wasGivenTime = true;
    const accepted = this.ecu.acceptTime(attestation, 'Y3', [this.ecu.timeToken]);
    if (!accepted.ok) return refusal(accepted.fault);
    this.acceptedTime = attestation;
    return { name: 'timeAccepted' };
  }

  /** Takes a piece of a metadata file; what the file says is judged by `verify`. */
  storeMetadata(chunk: RequestBodies['metadata']): ResponseBody {
    const stored = this.files.store(chunk);
    if (stored.ok) return { name: 'metadataStored' };
    if (stored.fault.code === 'oversized') this.ecu.noteFault(stored.fault);
    return refusal(stored.fault);
  }

  /** Verifies what was received, and finds out what to install. Q R P4 P5 P7 */
  verify({ reportAccepted }: RequestBodies['verify']): Result<Target | undefined, RemoteFault> {
    const { ecu } = this;
    this.leaveImage();
    // O4: what the Director has seen is forgotten, whatever this verification finds; on the bus, anybody can say that it has.
    if (reportAccepted) ecu.forgetWitnessedFaults();
    if (!this.wasGivenTime) ecu.noteStaleTime('Y6');
    const outcome = verifyReceived(ecu, this.files);
    this.files.markUsed();
    for (const notice of outcome.notices) ecu.noteFault(notice);
    ecu.trust(outcome.trusted);
    if (!outcome.result.ok) return this.found(outcome.result.fault);
    ecu.ports.observer.metadataVerified(trustedVersions(outcome.trusted));
    const target = outcome.result.value;
    const left = target && givenUp(ecu, target);
    if (left !== undefined) ecu.noteFault(left);
    else this.wanted = target;
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
      return refusal(remoteFault({ clause: 'P4', code: 'unexpected-message', message }));
    }
    if (this.incoming === undefined) {
      const begun = beginImage(this.ecu.banks, this.ecu.ports.identity, wanted);
      if (!begun.ok) return refusal(this.giveUp(begun.fault));
      this.incoming = begun.value;
    }
    return { name: 'imageReady', nextOffset: this.incoming.nextOffset };
  }

  /** Takes a block that is the next one, and gives the number of bytes written to flash; any other block is left aside. P6 */
  storeBlock({ offset, data }: RequestBodies['imageBlock']): number {
    const { wanted, incoming } = this;
    const { banks, ports } = this.ecu;
    if (wanted === undefined || incoming === undefined || offset !== incoming.nextOffset) return 0;
    if (offset + data.length > incoming.length || data.length > this.blockBytesMax) return 0;
    const taken = incoming.take(data);
    if (!taken.ok) {
      this.giveUp(taken.fault);
      return 0;
    }
    if (taken.value > 0) ports.observer.imageProgressed(wanted.filename, banks.written, wanted.length);
    return taken.value;
  }

  /** Says which block is wanted next, so that one that was left aside is sent again; or why none is wanted any more. */
  blockStored(): ResponseBody {
    if (this.failure !== undefined) return refusal(this.failure);
    return { name: 'blockStored', nextOffset: this.incoming?.nextOffset ?? 0 };
  }

  /** P7 P9: reads the image back from flash. A bad one is forgotten. */
  checkImage(): Result<void, RemoteFault> {
    const { banks } = this.ecu;
    const unexpected = remoteFault({
      clause: 'P1',
      code: 'unexpected-message',
      message: 'there is nothing to install',
    });
    if (this.wanted === undefined) return fail(this.failure ?? unexpected);
    const checked = checkImage(this.wanted, banks.written, banks.writtenBlocks());
    return checked.ok ? checked : fail(this.giveUp(checked.fault));
  }

  private get blockBytesMax(): number {
    return Math.min(this.config.blockBytesMax, imageBlockBytesMax);
  }

  private leaveImage(): void {
    this.wanted = undefined;
    this.incoming = undefined;
    this.failure = undefined;
  }

  /** Forgets the image that was coming in, and says why. */
  private giveUp(fault: RemoteFault): RemoteFault {
    this.leaveImage();
    this.ecu.banks.discard();
    this.ecu.noteFault(fault);
    this.failure = fault;
    return fault;
  }

  private found(fault: RemoteFault): Result<never, RemoteFault> {
    this.ecu.noteFault(fault);
    return fail(fault);
  }
}

/** The answer that names a fault. */
export function refusal(fault: RemoteFault): ResponseBody {
  const { code, clause, attack = '' } = fault;
  return { name: 'refusal', code, clause, attack, message: printable(faultSummary(fault), faultMessageCharsMax) };
}
