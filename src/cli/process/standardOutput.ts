// Owns: which outputs of `ecunet run` go to standard output: `--trace -`, `--capture -.asc` and `--json`. There is room for one.
import { InputError } from '../../core/faults.ts';

export interface Outputs {
  readonly trace?: string | undefined;
  readonly capture?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Whether a path stands for standard output: `-`, with the suffix that says a format or without. A file has `./-`. */
export function isStandardOutput(path: string | undefined): boolean {
  return path !== undefined && /^-(\.[^/]+)?$/.test(path);
}

/** The option whose output has standard output to itself, if any; then all else is standard error's. Throws an InputError for two. */
export function takesStandardOutput({ trace, capture, json }: Outputs): string | undefined {
  const [first, second] = [
    ...(isStandardOutput(trace) ? [`--trace ${trace}`] : []),
    ...(isStandardOutput(capture) ? [`--capture ${capture}`] : []),
    ...(json ? ['--json'] : []),
  ];
  if (second === undefined) return first;
  throw new InputError(`${first} and ${second} both go to standard output: give one of them a file, or leave it out`);
}
