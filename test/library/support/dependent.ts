// Owns: a package of somebody else's that has ecunet, as it is built, among its dependencies: its programs compiled with types.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const project = join(import.meta.dirname, '../../..');

const compilerOptions = {
  ...{
    module: 'nodenext',
    moduleResolution: 'nodenext',
    target: 'es2022',
    // Not the browser's: its types would be checked as well.
    lib: ['es2022'],
    strict: true,
    exactOptionalPropertyTypes: true,
  },
  ...{ noUncheckedIndexedAccess: true, types: ['node'] },
  typeRoots: [join(project, 'node_modules/@types')],
};

/**
 * In an empty folder. `programs`: TypeScript by name; `NAME.js` can be run afterwards. `skipLibCheck`: the declarations are believed; to judge
 * them, and all that they need, takes as long as the rest.
 */
export function makeDependent(
  folder: string,
  programs: Readonly<Record<string, string>>,
  { skipLibCheck }: { readonly skipLibCheck: boolean },
): void {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(project, join(folder, 'node_modules', 'ecunet'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', dependencies: { ecunet: '*' } }));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck }, include: ['*.ts'] }),
  );
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, `${name}.ts`), text);
  execFileSync(process.execPath, [join(project, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    stdio: 'inherit',
  });
}
