// Owns: how an attack is tried on an ECU that trusts an earlier release: the fault that it names, what stays trusted, and that it
// recovers. P12
import { expect } from 'vitest';
import type { RemoteFault } from '../../../src/core/faults.ts';
import type { RepositoryName } from '../../../src/uptane/model/metadata.ts';
import { padded, type TargetDraft } from './attacks.ts';
import { refusal } from './expected.ts';
import { imageName, type Serial, succeeded, type Verifier, World } from './fixtures.ts';

export const repositories: readonly RepositoryName[] = ['director', 'image'];

/** Servers at release 3, and what they served at release 2. */
export class Scene {
  readonly world = new World();
  private readonly old = new Map<string, Uint8Array>();

  constructor() {
    this.world.release(2);
    for (const repository of repositories) {
      for (const name of ['timestamp.json', '2.snapshot.json', '2.targets.json']) {
        const file = `${repository}/${name}`;
        this.old.set(file, this.file(file));
      }
    }
    this.world.release(3);
  }

  readonly file = (name: string): Uint8Array => this.world.file(name) ?? expect.fail(`${name} is not served`);

  /** The file as it was at release 2. */
  readonly kept = (name: string): Uint8Array => this.old.get(name) ?? expect.fail(`${name} was not kept`);

  /** Serves `name` longer by one byte. */
  readonly lengthen = (name: string): void => {
    const bytes = this.file(name);
    this.world.serve(name, padded(bytes, bytes.length + 1));
  };
}

export function entry(targets: Record<string, TargetDraft>, serial: Serial, release = 3): TargetDraft {
  return targets[imageName(serial, release)] ?? expect.fail(`${serial} has no entry`);
}

export interface Row {
  readonly attack: (scene: Scene, repository: RepositoryName) => void;
  /** The whole fault. */
  readonly fault: (repository: RepositoryName, scene: Scene) => RemoteFault;
  /** The time at which the ECU looks. */
  readonly at?: number;
}
export type Rows = Readonly<Record<string, Row>>;

/** Attacks, checks the verdict and what stays trusted, then heals and checks that the next cycle succeeds. */
export function refuses({ verify, serial }: Verifier, row: Row, repository: RepositoryName): void {
  const scene = new Scene();
  const { world } = scene;
  const { trusted } = verify(world, world.provisioned());
  row.attack(scene, repository);
  const outcome = verify(world, trusted, row.at);
  expect(outcome.result).toEqual(refusal(row.fault(repository, scene)));
  expect(outcome.notices).toEqual([]);

  expect(outcome.trusted.director.targets).toBe(trusted.director.targets);
  expect(outcome.trusted.image?.targets).toBe(trusted.image?.targets);
  for (const name of repositories) {
    for (const role of ['timestamp', 'snapshot'] as const) {
      const stays = outcome.trusted[name]?.[role];
      if (stays === undefined) expect(outcome.trusted[name]?.root).not.toBe(trusted[name]?.root);
      else expect(stays).toBe(trusted[name]?.[role]);
    }
  }

  if (outcome.trusted[repository]?.root !== trusted[repository]?.root) return;
  world.heal();
  world.release(4);
  const healed = verify(world, outcome.trusted);
  expect([...succeeded(healed.result).director.targets.keys()]).toContain(imageName(serial, 4));
}
