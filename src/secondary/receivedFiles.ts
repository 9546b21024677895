// Owns: the metadata files that a Secondary is being sent, piece by piece, until they are verified. Bounded in number and size;
// what they say is not judged here. M8 V1
import type { RemoteFault } from '../core/faults.ts';
import { metadataChunkBytesMax } from '../core/limits.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { RequestBodies } from '../messages/codec.ts';
import { remoteFault } from '../uptane/model/faults.ts';
import { metadataFileBytesMax, receivedFilesBytesMax, receivedFilesMax, receivedNameCharsMax } from './limits.ts';

interface PartialFile {
  readonly bytes: Uint8Array;
  received: number;
}

export class ReceivedFiles {
  private readonly files = new Map<string, PartialFile>();
  /** The files have been verified: the next one begins a new set. Until then a repeated request finds them again. */
  private used = false;

  /** Takes a piece of a file. */
  store(chunk: RequestBodies['metadata']): Result<void, RemoteFault> {
    const { file, totalLength, offset, data } = chunk;
    const tooLong =
      totalLength > metadataFileBytesMax || data.length > metadataChunkBytesMax || file.length > receivedNameCharsMax;
    if (tooLong || offset + data.length > totalLength) {
      return oversized(`a chunk of ${data.length} bytes at ${offset} of ${totalLength}`);
    }
    if (offset === 0) {
      if (this.used) this.files.clear();
      this.used = false;
      this.files.delete(file);
      const held = [...this.files.values()].reduce((sum, { bytes }) => sum + bytes.length, totalLength);
      if (this.files.size >= receivedFilesMax || held > receivedFilesBytesMax) {
        // The next attempt begins with nothing, even where an attacker filled the memory.
        this.files.clear();
        return oversized(`more than ${receivedFilesMax} files or ${receivedFilesBytesMax} bytes of metadata`);
      }
      this.files.set(file, { bytes: new Uint8Array(totalLength), received: 0 });
    }
    const partial = this.files.get(file);
    if (partial === undefined || partial.bytes.length !== totalLength || offset > partial.received) {
      const message = `a chunk of ${file} that does not follow the one before`;
      return fail(remoteFault({ clause: 'M8', code: 'unexpected-message', message }));
    }
    partial.bytes.set(data, offset);
    partial.received = Math.max(partial.received, offset + data.length);
    return ok();
  }

  /** As far as it came. */
  read(file: string): Uint8Array | undefined {
    const partial = this.files.get(file);
    return partial?.bytes.subarray(0, partial.received);
  }

  /** They have been verified. */
  markUsed(): void {
    this.used = true;
  }
}

function oversized(message: string): Result<never, RemoteFault> {
  return fail(remoteFault({ clause: 'V1', code: 'oversized', indicates: 'endless-data', message }));
}
