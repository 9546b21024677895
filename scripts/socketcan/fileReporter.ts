// Owns: what vitest tells the process that started it, while it runs: which test file has begun, and what became of one that ended.
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

export type FileNews =
  | { readonly began: string }
  | { readonly ended: string; readonly passed: number; readonly failed: number };

/** By the file's path in the folder that vitest runs in. */
export default class FileReporter implements Reporter {
  onTestModuleQueued(module: TestModule): void {
    tell({ began: nameOf(module) });
  }

  onTestModuleEnd(module: TestModule): void {
    let passed = 0;
    // Of a file that could not be loaded there is no test that failed.
    let failed = module.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed += 1;
      if (state === 'failed') failed += 1;
    }
    tell({ ended: nameOf(module), passed, failed });
  }
}

function nameOf({ moduleId }: TestModule): string {
  return relative(process.cwd(), moduleId);
}

function tell(news: FileNews): void {
  process.send?.(news);
}
