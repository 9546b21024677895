// Owns: the arguments of `ecunet play`.
import { Command, InvalidArgumentError } from 'commander';

export interface PlayOptions {
  readonly onto?: readonly string[];
  readonly into?: readonly string[];
  readonly from?: readonly string[];
  readonly loop: number;
  readonly gap: number;
  readonly skip?: number;
  readonly speed: number;
}

export function playCommand(action: (file: string, options: PlayOptions) => Promise<void>): Command {
  return new Command('play')
    .description(
      'send the frames of a capture on CAN interfaces or into a run, at the times at which they were recorded',
    )
    .argument('<file>', 'a capture: .log or .txt of candump, .asc, .trc, .blf, .pcap or .pcapng, each also with .gz')
    .option('--onto <interface>', 'where to send; can0=body sends there what body carried; may be repeated', collect)
    .option(
      '--into <address>',
      'the slcan or cannelloni attach point of a run: PORT, HOST:PORT or LOCALPORT:HOST:PORT; body=3333 sends there what body carried; may be repeated',
      collect,
    )
    .option(
      '--from <bus>',
      'send what this recorded bus carried, else all; may be repeated, once for each --onto and --into',
      collect,
    )
    .option('--loop <n>', 'how often to play the file; i: until stopped', parseLoop, 1)
    .option('--gap <ms>', 'send what is due within the same so many milliseconds together', number(0), 0)
    .option('--skip <seconds>', 'leave out silences that are longer than this', number(0))
    .option('--speed <factor>', 'recorded seconds a second', number(Number.MIN_VALUE), 1)
    .action(action);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function parseLoop(text: string): number {
  if (text === 'i') return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a whole number from 1, or i, is needed.');
  return Number(text);
}

/** A decimal number of at least `min`. */
function number(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,9}(\.\d{1,9})?$/.test(text) || value < min) {
      throw new InvalidArgumentError(min > 0 ? 'a number above 0 is needed.' : 'a number from 0 is needed.');
    }
    return value;
  };
}
