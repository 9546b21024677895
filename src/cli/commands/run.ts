// Owns: the arguments of `ecunet run`.
import { Command, InvalidArgumentError } from 'commander';

export interface RunCommandOptions {
  readonly seed?: number;
  readonly trace?: string;
  readonly capture?: string;
  readonly json?: boolean;
  readonly dash: boolean;
  readonly image?: ReadonlyMap<string, string>;
  readonly bus?: ReadonlyMap<string, string>;
  readonly link?: ReadonlyMap<string, string>;
  readonly slcan?: ReadonlyMap<string, string>;
  readonly cannelloni?: ReadonlyMap<string, string>;
  readonly hold?: boolean;
}

export function runCommand(action: (scenario: string, options: RunCommandOptions) => Promise<void>): Command {
  return new Command('run')
    .description('run a scenario: a file, or the name of one that comes with ecunet')
    .argument('<scenario>', 'a YAML file, or a name such as nominal')
    .option('--seed <n>', 'the seed of every random choice; the scenario gives the default', parseSeed)
    .option('--trace <file>', 'write the trace, as JSON Lines, for ecunet replay')
    .option(
      '--capture <file>',
      'write what every bus carries: .log as candump, .asc, .trc, .pcap or .pcapng, each also with .gz',
    )
    .option('--json', 'print the result as one JSON object')
    .option('--no-dash', 'print lines instead of the dashboard')
    .option('--image <ecu=file>', 'use a file as the new image of an ECU; may be repeated', pairs)
    .option('--bus <bus=interface>', 'carry a bus over a SocketCAN interface, in real time; may be repeated', pairs)
    .option('--link <ecu=how>', 'put the link of an ECU on tcp, tcp+tls or udp over loopback, in real time', pairs)
    .option('--slcan <bus=address>', 'open a bus to slcan clients over TCP: PORT or HOST:PORT; may be repeated', pairs)
    .option('--cannelloni <bus=ends>', 'join a bus to a cannelloni: LOCALPORT:HOST:PORT; may be repeated', pairs)
    .option('--hold', 'go on after the last step until Ctrl+C; for runs in real time')
    .action(action);
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed))
    throw new InvalidArgumentError('a whole number from 0 is needed.');
  return seed;
}

function pairs(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('NAME=VALUE is needed.');
  if (before.has(name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return new Map([...before, [name, value]]);
}
