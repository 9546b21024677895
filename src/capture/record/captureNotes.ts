// Owns: what a reader says of a capture besides its records: what it left out, and what it took as given where the file does not say.

import { captureNotesMax } from '../limits.ts';
import { type CapturePlace, captureFaultText } from './captureFault.ts';

/** Formats say it in the same words. */
export const canXlNote = 'a CAN XL frame is left out';

interface Note {
  readonly first: CapturePlace;
  count: number;
}

/** Each kind of thing is told once, with its first place and how often it was there. */
export class CaptureNotes {
  private readonly notes = new Map<string, Note>();

  /** `message` says it of one place; equal messages are counted. Kinds beyond `captureNotesMax` are not told. */
  add(message: string, first: CapturePlace = {}): void {
    const known = this.notes.get(message);
    if (known !== undefined) known.count += 1;
    else if (this.notes.size < captureNotesMax) this.notes.set(message, { first, count: 1 });
  }

  /** One line each, in the order of their first places. */
  get texts(): readonly string[] {
    return Array.from(this.notes, ([message, { first, count }]) => {
      const text = captureFaultText({ ...first, message });
      return count === 1 ? text : `${text} (${count} times, this is the first)`;
    });
  }
}
