// Owns: reading a statechart's names: what it asks for, what it declares, where it waits.
import type { AnyStateMachine, AnyStateNode } from 'xstate';

type Kind = 'actions' | 'guards' | 'actors' | 'delays';
export const kinds: readonly Kind[] = ['actions', 'guards', 'actors', 'delays'];

/** The names of each kind that the machine's text uses. */
export function usedNames(machine: AnyStateMachine): Record<Kind, Set<string>> {
  const used = {
    actions: new Set<string>(),
    guards: new Set<string>(),
    actors: new Set<string>(),
    delays: new Set<string>(),
  };
  const add = (kind: Kind, value: unknown) => {
    for (const one of [value].flat()) {
      const name = typeof one === 'object' && one !== null && 'type' in one ? one.type : one;
      if (typeof name === 'string') used[kind].add(name);
    }
  };
  const visit = (value: unknown, key: string) => {
    if (key === 'actions' || key === 'entry' || key === 'exit') add('actions', value);
    if (key === 'guard') add('guards', value);
    if (key === 'src') add('actors', value);
    if (key === 'after') for (const name of Object.keys(value as object)) add('delays', name);
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) visit(member, Array.isArray(value) ? key : name);
  };
  visit(machine.config, '');
  return used;
}

export function declaredNames(machine: AnyStateMachine, kind: Kind): string[] {
  return Object.keys(machine.implementations[kind]);
}

/** Every state without states of its own that is not left by itself: no end, no `always`, no `after`. */
export function endlessStates(machine: AnyStateMachine): string[] {
  const found: string[] = [];
  const visit = (node: AnyStateNode, ancestors: readonly AnyStateNode[]) => {
    const children = Object.values(node.states) as AnyStateNode[];
    for (const child of children) visit(child, [...ancestors, node]);
    if (children.length > 0 || node.type === 'final' || (node.always ?? []).length > 0) return;
    if ([node, ...ancestors].every(({ after }) => after.length === 0)) found.push(node.path.join('.'));
  };
  visit(machine.root, []);
  return found;
}
