// Owns: demo.ts as JavaScript, with all that it imports: a loader for TypeScript costs each start more than the demo itself does.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const project = join(import.meta.dirname, '../../..');

const compilerOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2023,
  jsx: ts.JsxEmit.ReactJSX,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

/** Where a module's own imports stand: what is left of them when types are gone. */
function importsOf(path: string, code: string): readonly string[] {
  const names = [...code.matchAll(/(?:from|import) ?\(?["'](\.[^"']+)\.js["']/g)].map(([, name = '']) => name);
  return names.map((name) => join(dirname(path), name));
}

const sourceOf = (path: string) => {
  for (const suffix of ['.ts', '.tsx']) {
    try {
      return readFileSync(path + suffix, 'utf8');
    } catch {} // the other one
  }
  throw new Error(`${path}: there is no such module`);
};

export interface BuiltDemo {
  /** To be given to node. */
  readonly path: string;
  readonly remove: () => void;
}

/** Makes it in a folder of its own. */
export function buildDemo(): BuiltDemo {
  const folder = mkdtempSync(join(tmpdir(), 'ecunet-demo-'));
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const demo = join(import.meta.dirname, 'demo');
  const built = new Set<string>();
  const waiting = [demo];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (built.has(path)) continue;
    built.add(path);
    const code = ts.transpileModule(sourceOf(path), { compilerOptions, fileName: `${path}.tsx` }).outputText;
    const to = join(folder, `${relative(project, path)}.js`);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, code);
    waiting.push(...importsOf(path, code));
  }
  return {
    path: join(folder, `${relative(project, demo)}.js`),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
