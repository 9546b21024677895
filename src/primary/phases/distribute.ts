// Owns: handing on to the Secondaries, side by side: the time (M7), the metadata (M8), the images (M11).
import { imageBlockBytesMax, imageBlockBytesMin, metadataChunkBytesMax } from '../../core/limits.ts';
import type { Task } from '../../core/task.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { RequestBody } from '../../messages/codec.ts';
import type { PrimaryBehaviour } from '../cycle/behaviour.ts';
import { bundleFor, delegatedRolesFor } from '../cycle/bundle.ts';
import type { Conversation } from '../cycle/conversation.ts';
import { imageAtHand, noteUnmeant } from '../cycle/imageAtHand.ts';
import { metadataPatienceMs, transferBytesPerSecondMin } from '../limits.ts';
import { BlockLength } from '../transfer/blockLength.ts';
import { slowTransfer, watchRate } from '../transfer/rateWatch.ts';
import { sendPiece } from '../transfer/sendPiece.ts';

/** A Secondary that refuses the time takes no image in this cycle (Y3); new metadata may be what it lacks to believe it (Y5). */
export function* distributeTime(behaviour: PrimaryBehaviour): Task<void> {
  const { attestation } = behaviour.cycle;
  if (attestation === undefined) return;
  const distribution = behaviour.ports.distribution();
  yield* behaviour.withPartners(function* (partner) {
    const { serial } = partner.secondary;
    const handedOn = distribution.time(serial, attestation);
    if (handedOn === undefined) return;
    const answer = yield* partner.ask({ name: 'time', attestation: handedOn }, 'timeAccepted');
    if (answer.ok) return;
    if (answer.fault.code === 'timeout') behaviour.leave(serial);
    else behaviour.cycle.untimed.add(serial);
  });
}

export function* distributeMetadata(behaviour: PrimaryBehaviour): Task<void> {
  yield* behaviour.withPartners((partner) => distributeMetadataTo(behaviour, partner));
}

function* distributeMetadataTo(behaviour: PrimaryBehaviour, partner: Conversation): Task<void> {
  const { serial, verification } = partner.secondary;
  const welcome = behaviour.cycle.welcomes.get(serial);
  if (welcome === undefined) return behaviour.leave(serial);
  const { trusted } = behaviour.ecu;
  const delegated = delegatedRolesFor(serial, behaviour.verificationContext, trusted);
  const { storage, clock, distribution } = behaviour.ports;
  const honest = bundleFor(verification, welcome, trusted, delegated, storage);
  const files = distribution().metadata(serial, honest);
  const untilNs = clock.nowNs() + metadataMsMax(files) * NS_PER_MS;
  const length = new BlockLength(metadataChunkBytesMax);
  for (const [file, bytes] of files) {
    let offset = 0;
    while (offset < bytes.length) {
      let end = offset;
      const chunk = (data: Uint8Array): RequestBody => {
        end = offset + data.length;
        return { name: 'metadata', file, totalLength: bytes.length, offset, data };
      };
      const answer = yield* sendPiece(partner, length, { bytes, offset, request: chunk, answerName: 'metadataStored' });
      if (!answer.ok) return behaviour.leave(serial);
      if (clock.nowNs() >= untilNs) {
        behaviour.note(slowTransfer(`metadata to ${serial}`));
        return behaviour.leave(serial);
      }
      offset = end;
    }
  }
  const verdict = yield* partner.ask({ name: 'verify', reportAccepted: behaviour.cycle.manifestAccepted }, 'verified');
  if (!verdict.ok || behaviour.cycle.untimed.has(serial)) return behaviour.leave(serial);
  if (verdict.value.filename !== '') behaviour.cycle.wanted.set(serial, verdict.value);
}

/** The time that an ECU may take for these files: what came of them is not kept for the next cycle. K3 */
function metadataMsMax(files: ReadonlyMap<string, Uint8Array>): number {
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  return metadataPatienceMs + Math.round((1000 * bytes) / transferBytesPerSecondMin);
}

export function* distributeImages(behaviour: PrimaryBehaviour): Task<void> {
  yield* behaviour.withPartners((partner) => distributeImageTo(behaviour, partner));
}

function* distributeImageTo(behaviour: PrimaryBehaviour, partner: Conversation): Task<void> {
  const { serial } = partner.secondary;
  const filename = behaviour.cycle.wanted.get(serial)?.filename;
  if (filename === undefined) return;
  const target = behaviour.cycle.director?.targets.get(filename);
  // What it says that it wants is its own word: it is given only what the Director means for it.
  const isMeant = target?.ecus.has(serial) === true;
  const honest = isMeant ? imageAtHand(behaviour, target, serial) : undefined;
  const image = behaviour.ports.distribution().image(serial, filename, honest);
  if (image === undefined) {
    if (!isMeant) noteUnmeant(behaviour, serial, filename);
    return behaviour.leave(serial);
  }
  const sent = yield* sendImage(behaviour, partner, filename, image);
  if (!sent) return behaviour.leave(serial);
  const answer = yield* partner.ask({ name: 'install' }, 'installing');
  if (!answer.ok) behaviour.leave(serial);
}

/** Sends the image in blocks, from the offset that the Secondary asks for: it may have kept part of it from an earlier try. */
function* sendImage(
  behaviour: PrimaryBehaviour,
  partner: Conversation,
  filename: string,
  image: Uint8Array,
): Task<boolean> {
  const { serial } = partner.secondary;
  const { clock } = behaviour.ports;
  const blockBytes = behaviour.cycle.welcomes.get(serial)?.blockBytesMax ?? 0;
  if (blockBytes < imageBlockBytesMin) {
    const message = `it takes blocks of ${blockBytes} bytes, ${imageBlockBytesMin} are the least`;
    behaviour.note(slowTransfer(`${filename} to ${serial}`, message));
    return false;
  }
  const ready = yield* partner.ask({ name: 'imageStart', filename }, 'imageReady');
  if (!ready.ok) return false;
  const rate = watchRate(clock.nowNs());
  const length = new BlockLength(Math.min(blockBytes, imageBlockBytesMax));
  let offset = ready.value.nextOffset;
  while (offset < image.length) {
    const ends = new Set<number>();
    const block = (data: Uint8Array): RequestBody => {
      ends.add(offset + data.length);
      return { name: 'imageBlock', offset, data };
    };
    const stored = yield* sendPiece(partner, length, {
      bytes: image,
      offset,
      request: block,
      answerName: 'blockStored',
    });
    // A longer block that was sent before may have arrived after all, and its answer got lost.
    if (!stored.ok || !ends.has(stored.value.nextOffset)) return false;
    const storedBytes = stored.value.nextOffset - offset;
    offset = stored.value.nextOffset;
    if (offset < image.length && !rate.passed(storedBytes, clock.nowNs())) {
      behaviour.note(slowTransfer(`${filename} to ${serial}`));
      return false;
    }
  }
  return true;
}
