// Owns: lines out of what a client sends, in pieces of any size. A line ends with CR, as devices want it, or with LF, as people type it.
import { slcanLineCharsMax } from './limits.ts';

export class LineReader {
  private text = '';
  /** The line under way is longer than any can be: its beginning has been dropped. */
  private isTooLong = false;
  /** An LF now belongs to the CR before it. */
  private afterCr = false;

  /** Characters that wait. */
  get waiting(): number {
    return this.text.length;
  }

  push(text: string): void {
    this.text += text;
  }

  clear(): void {
    this.text = '';
  }

  /** The next line without its end; `tooLong` in place of one longer than `slcanLineCharsMax`; undefined where none has ended. */
  next(): string | { readonly tooLong: true } | undefined {
    if (this.afterCr && this.text.length > 0) {
      this.afterCr = false;
      if (this.text.startsWith('\n')) this.text = this.text.slice(1);
    }
    const end = this.text.search(/[\r\n]/);
    if (end < 0) {
      if (this.text.length > slcanLineCharsMax) {
        this.isTooLong = true;
        this.text = '';
      }
      return undefined;
    }
    const line = this.text.slice(0, end);
    this.afterCr = this.text.charAt(end) === '\r';
    this.text = this.text.slice(end + 1);
    const isTooLong = this.isTooLong || line.length > slcanLineCharsMax;
    this.isTooLong = false;
    return isTooLong ? { tooLong: true } : line;
  }
}
