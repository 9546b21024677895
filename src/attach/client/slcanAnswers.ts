// Owns: what an slcan device says, taken apart: which of its words answer a line of ours, and which do not. Must not know what was asked.
import { slcanLineCharsMax } from '../limits.ts';

const bell = '\x07';
/** A frame that the device has heard: no answer. */
const frameForm = /^[tTrRdDbB][0-9A-Fa-f]/;

/** Reads text in pieces of any size. */
export class SlcanAnswers {
  private rest = '';

  /** The answers that the text completes: true where the line was accepted (CR, `z` CR, `Z` CR), false where it was not (BEL). */
  read(text: string): readonly boolean[] {
    const answers: boolean[] = [];
    let start = 0;
    for (let index = 0; index < text.length; index += 1) {
      const character = text[index];
      if (character !== '\r' && character !== bell) continue;
      const word = this.rest + text.slice(start, index);
      this.rest = '';
      start = index + 1;
      if (character === bell) answers.push(false);
      else if (!frameForm.test(word)) answers.push(true);
    }
    // No device of any kind says anything that long.
    this.rest = (this.rest + text.slice(start)).slice(0, slcanLineCharsMax);
    return answers;
  }
}
