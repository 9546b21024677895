// Owns: sending one piece of what travels in pieces, an image or a metadata file, until it is answered: a piece that came to nothing is
// followed by a shorter one, as a bad bus wants. Must not know what the piece is of.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, type Result } from '../../core/result.ts';
import type { Task } from '../../core/task.ts';
import type { RequestBody, ResponseBody } from '../../messages/codec.ts';
import type { Conversation } from '../cycle/conversation.ts';
import { requestAttemptsMax } from '../limits.ts';
import type { BlockLength } from './blockLength.ts';

export interface Piece<Name extends ResponseBody['name']> {
  /** All that travels, and where in it the piece begins. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** Asked for each attempt's message: it sees so how long the piece is that was sent last. */
  readonly request: (data: Uint8Array) => RequestBody;
  readonly answerName: Name;
}

/** The answer to the piece; a refusal, or silence after all attempts, is a fault. */
export function* sendPiece<Name extends ResponseBody['name']>(
  partner: Conversation,
  length: BlockLength,
  { bytes, offset, request, answerName }: Piece<Name>,
): Task<Result<Extract<ResponseBody, { name: Name }>, RemoteFault>> {
  for (let inVain = 0; ; ) {
    const data = bytes.subarray(offset, offset + length.bytes);
    const body = request(data);
    const answer = yield* partner.askOnce(body, answerName);
    if (answer !== undefined) {
      if (answer.ok && data.length === length.bytes) length.left(partner.sendingNs);
      return answer;
    }
    inVain += 1;
    if (inVain === requestAttemptsMax) return fail(partner.unanswered(body.name));
    length.failed(data.length);
    yield* partner.pause(inVain);
  }
}
