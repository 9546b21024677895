// Owns: the list of clauses, as docs/clauses.md holds it, and how a test's title cites them.
import { readFileSync } from 'node:fs';

const bindings = ['vehicle', 'server', 'both', 'document'] as const;

export interface Clause {
  readonly id: string;
  /** Whom it binds; `document`: people, whom no test can hold to it. */
  readonly binds: (typeof bindings)[number];
  readonly text: string;
  /** The heading under which it stands. */
  readonly group: string;
}

const idForm = '(?:policy \\d+|[A-Z]{1,2}\\d+[a-z]?(?:\\.\\d+)?)';
const ids = `${idForm}(?: ${idForm})*`;
const row = new RegExp(`^${ids}$`);
/** Behind the ids a title may name the attack. */
const citation = new RegExp(`^${ids}(?: [a-z-]+)*$`);

/** The clauses in the order of the document. One row may stand for several ids. Throws where a row is not as it must be. */
export function readClauses(path: string): readonly Clause[] {
  const clauses: Clause[] = [];
  let group = '';
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.startsWith('## ')) group = line.slice(3);
    const [, cell, binds, text] = /^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/.exec(line) ?? [];
    if (cell === undefined || cell === 'id' || cell.startsWith('---')) continue;
    const bound = bindings.find((name) => name === binds);
    if (bound === undefined || text === undefined || !row.test(cell)) throw new Error(`${path}: not a row: ${line}`);
    for (const id of idsOf(cell)) clauses.push({ id, binds: bound, text, group });
  }
  const seen = new Set<string>();
  for (const { id } of clauses) {
    if (seen.has(id)) throw new Error(`${path}: ${id} stands twice`);
    seen.add(id);
  }
  return clauses;
}

function idsOf(text: string): readonly string[] {
  return text.match(new RegExp(idForm, 'g')) ?? [];
}

/** The ids in the square brackets of a title. Brackets that begin like an id and hold anything else are `malformed`. */
export function citedIn(title: string): { readonly ids: readonly string[]; readonly malformed: readonly string[] } {
  const inside = [...title.matchAll(/\[([^\][]*)\]/g)].map(([, text]) => text ?? '');
  const cited = inside.filter((text) => citation.test(text)).flatMap(idsOf);
  const malformed = inside.filter((text) => !citation.test(text) && new RegExp(`^${idForm}(?![\\w])`).test(text));
  return { ids: [...new Set(cited)], malformed };
}

/** Matches the titles that cite a clause. */
export function citing(id: string): RegExp {
  const text = id.replace('.', '\\.');
  return new RegExp(`\\[(?:[^\\][]* )?${text}(?: [^\\][]*)?\\]`);
}
