// Owns: what a vehicle asks of the servers outside it, and what they answer, whichever transport carries it. J1 I2 Y1
import type { RepositoryName } from './metadata.ts';

/** `mirror`: which of the repository's addresses in the map is asked; 0 for the first. G2 */
export type RemoteRequest =
  /** A metadata file by its name in the repository; the answer stops at `bytesMax` + 1 bytes. */
  | {
      readonly type: 'metadata';
      readonly repository: RepositoryName;
      readonly file: string;
      readonly bytesMax: number;
      readonly mirror?: number;
    }
  /** `length` bytes from `offset` of an image by its name in the Image repository. */
  | {
      readonly type: 'image';
      readonly file: string;
      readonly offset: number;
      readonly length: number;
      readonly mirror?: number;
    }
  | { readonly type: 'manifest'; readonly bytes: Uint8Array }
  /** A time attestation over these tokens, in hexadecimal. */
  | { readonly type: 'time'; readonly tokens: readonly string[] };

export type RemoteResponse =
  | { readonly status: 'ok'; readonly bytes: Uint8Array }
  | { readonly status: 'not-found' }
  | { readonly status: 'refused'; readonly message: string };

/** The request in a few words, for traces and logs. */
export function requestText(request: RemoteRequest): string {
  const mirror = 'mirror' in request ? (request.mirror ?? 0) : 0;
  const from = mirror === 0 ? '' : ` from mirror ${mirror}`;
  switch (request.type) {
    case 'metadata':
      return `${request.repository}/${request.file}${from}`;
    case 'image':
      return `image/${request.file}@${request.offset}${from}`;
    case 'manifest':
      return 'manifest';
    case 'time':
      return `time for ${request.tokens.length} tokens`;
  }
}
