// Owns: JSON as every command prints it.
import { replaceUnprintable } from '../../core/text.ts';

/**
 * One line for every reader, and nothing that moves a terminal's cursor or turns its reading order: names come from files and from
 * metadata, and foreign ones may be anything. What is read back is what was given.
 */
export function jsonLine(value: object): string {
  return `${replaceUnprintable(JSON.stringify(value), escaped)}\n`;
}

function escaped(text: string): string {
  return Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
    '',
  );
}
