// Owns: the arguments of `ecunet tuf`.
import { Argument, Command } from 'commander';

export interface TufOptions {
  readonly metadataDir: string;
  readonly metadataUrl?: string;
  readonly targetName: readonly string[];
  readonly targetDir?: string;
  readonly targetBaseUrl?: string;
}

const actions = ['init', 'refresh', 'download'] as const;
export type TufAction = (typeof actions)[number];

export function tufCommand(
  action: (what: TufAction, root: string | undefined, options: TufOptions) => Promise<void>,
): Command {
  return new Command('tuf')
    .description('a TUF client: trust a root, refresh the metadata of a repository, download targets')
    .addArgument(new Argument('<action>', 'what to do').choices(actions))
    .argument('[root]', 'init: the file of the root to trust')
    .requiredOption('--metadata-dir <dir>', 'the folder that keeps the trusted metadata')
    .option('--metadata-url <url>', 'refresh, download: where the metadata of the repository is')
    .option('--target-name <path>', 'download: a target; may be repeated', collect, [])
    .option('--target-dir <dir>', 'download: the folder to download into')
    .option('--target-base-url <url>', 'download: where the targets of the repository are')
    .action(action);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
