// Owns: how searches through trees of delegations are tried as a table: which roles are asked, and what comes of it.
import { expect, it } from 'vitest';
import { search, type TreeSpec } from './delegationTree.ts';

/** The image that is looked for. */
export const app = 'app.bin';
/** A role that lists it, as it is. */
export const lists = { images: [app] };

/** The first versions of these roles' files. */
export const asked = (...names: readonly string[]) => names.map((name) => `1.${name}.json`);

interface Row {
  readonly tree: TreeSpec;
  readonly asked: readonly string[];
  /** The whole fault, where the search fails. */
  readonly fault?: object;
}

export function searches(rows: Readonly<Record<string, Row>>): void {
  it.each(Object.entries(rows))('%s', (_, { tree, asked, fault }) => {
    const found = search(tree);
    expect(found.fault).toEqual(fault);
    expect(found.asked).toEqual(asked);
  });
}
