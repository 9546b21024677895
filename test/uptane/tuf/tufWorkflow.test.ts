// TUF's client workflow as a procedure: its steps in order, and what any bytes in the place of a file do to it. TUF 5.2 to 5.6
import { describe, expect, it } from 'vitest';
import { type TufProcedure, type TufStep, tufContext } from '../../../src/uptane/tuf/tufProcedure.ts';
import { refreshTuf } from '../../../src/uptane/tuf/tufRefresh.ts';
import { findTarget } from '../../../src/uptane/tuf/tufSearch.ts';
import { fc, prop } from '../../support/property.ts';
import { type Answer, runInMemory, verifier } from '../../tuf/support/memory.ts';
import { TufRepository } from '../../tuf/support/repository.ts';

const online = ['targets', 'snapshot', 'timestamp'] as const;

function begin() {
  const repository = new TufRepository();
  const store = new Map([['root', repository.latest('root')]]);
  const refresh = (alter?: (step: TufStep, answer: Answer) => Answer) =>
    runInMemory(refreshTuf(verifier), repository, store, alter);
  return { repository, store, refresh };
}

const cold = [
  ...['load root', 'fetch 2.root.json'],
  ...['load timestamp', 'fetch timestamp.json', 'store timestamp'],
  ...['load snapshot', 'fetch 1.snapshot.json', 'store snapshot'],
  ...['load targets', 'fetch 1.targets.json', 'store targets'],
];

describe('the steps of a refresh', () => {
  it('keeps each file as soon as it is verified', () => {
    expect(begin().refresh().steps).toEqual(cold);
  });

  it('asks for nothing that is stored and current', () => {
    const { refresh } = begin();
    refresh();
    expect(refresh().steps).toEqual([
      ...['load root', 'fetch 2.root.json', 'load timestamp', 'fetch timestamp.json', 'load snapshot', 'load targets'],
    ]);
  });

  it.each(['timestamp', 'snapshot'])('forgets timestamp and snapshot where the keys of %s changed [S5 S7]', (role) => {
    const { repository, refresh } = begin();
    refresh();
    repository.addKey(role);
    repository.publish('root');
    expect(refresh().steps.slice(0, 5)).toEqual([
      ...['load root', 'fetch 2.root.json', 'store root', 'forget timestamp', 'forget snapshot'],
    ]);
  });

  it.each(['root', 'targets'])('forgets nothing where the keys of %s changed [S7]', (role) => {
    const { repository, refresh } = begin();
    refresh();
    repository.addKey(role);
    repository.publish('root');
    expect(refresh().steps.filter((step) => step.startsWith('forget'))).toEqual([]);
  });

  it('does not count a stored file that the current root’s keys did not sign [T3]', () => {
    const { repository, store, refresh } = begin();
    repository.publish('timestamp');
    refresh();
    const stale = store.get('timestamp') ?? new Uint8Array();
    repository.rotateKeys('timestamp');
    repository.unpublish('timestamp');
    repository.timestamp.version = 1;
    repository.publish('root', 'timestamp');
    refresh();
    store.set('timestamp', stale); // as a crash between the root and the forgetting would leave it
    expect(refresh().result.ok).toBe(true);
  });

  it.each(['snapshot', 'targets'])('asks again for a stored %s whose hash is not the listed one [U2 V2]', (role) => {
    const { repository, store, refresh } = begin();
    repository.listsHashes = true;
    repository.publish(...online);
    refresh();
    store.set(role, Buffer.concat([store.get(role) ?? new Uint8Array(), Buffer.from(' ')]));
    const { result, steps } = refresh();
    expect(result.ok).toBe(true);
    expect(steps).toContain(`fetch 2.${role}.json`);
    expect(store.get(role)).toEqual(repository.latest(role));
  });

  it.each(['snapshot', 'targets'])('refuses a %s shorter than listed [U2 V2]', (role) => {
    const { repository, store, refresh } = begin();
    const listing = role === 'snapshot' ? repository.timestamp : repository.snapshot;
    const entry = listing.meta[`${role}.json`];
    if (entry !== undefined) entry.length = 100_000;
    repository.publish(...(role === 'snapshot' ? ['timestamp'] : ['snapshot', 'timestamp']));
    const { result } = refresh();
    expect(result).toMatchObject({ ok: false, fault: { code: 'length-mismatch' } });
    expect(store.has(role)).toBe(false);
  });

  it('follows 256 roots and no more, and the rest the next time [S2]', () => {
    const { repository, store, refresh } = begin();
    repository.publish(...Array.from({ length: 300 }, () => 'root'));
    const { result, steps } = refresh();
    expect(result.ok).toBe(true);
    expect(store.get('root')).toEqual(repository.published.get('root')?.[256]);
    expect(steps.filter((step) => step.startsWith('fetch')).slice(255, 257)).toEqual([
      'fetch 257.root.json',
      'fetch timestamp.json',
    ]);
    expect(refresh().result.ok).toBe(true);
    expect(store.get('root')).toEqual(repository.latest('root'));
  });

  it('bounds what it asks for by the listed length [U1]', () => {
    const { repository, refresh } = begin();
    repository.listsHashes = true;
    repository.publish(...online);
    let asked = 0;
    refresh((step, answer) => {
      if (step.type === 'fetch' && step.path === '2.snapshot.json') asked = step.bytesMax;
      return answer;
    });
    expect(asked).toBe(repository.latest('snapshot').length);
  });

  it('stands at the clauses and files that failed', () => {
    const { repository, refresh } = begin();
    repository.removeSigner('snapshot');
    repository.publish('snapshot', 'timestamp');
    expect(refresh().result).toMatchObject({
      ok: false,
      fault: { code: 'threshold-unmet', clause: 'U3', role: 'snapshot', file: '2.snapshot.json' },
    });
    expect(tufContext(verifier, { role: 'targets', delegated: 'a/b', version: 3 }).file).toBe('3.a%2Fb.json');
  });
});

const files = ['2.root.json', 'timestamp.json', '2.snapshot.json', '2.targets.json'];
const roles = ['root', 'timestamp', 'snapshot', 'targets'];

describe('any bytes in the place of a file', () => {
  const served = begin();
  served.repository.publish('root', ...online);

  function refreshFrom(alter: (step: TufStep, answer: Answer) => Answer) {
    const store = new Map([['root', served.repository.published.get('root')?.[0] ?? new Uint8Array()]]);
    return { store, ...runInMemory(refreshTuf(verifier), served.repository, store, alter) };
  }

  prop([fc.constantFrom(...files), fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined })])(
    'from the repository are a fault, and are not kept [S2 T1 U1 V1]',
    (file, bytes) => {
      const { result, store } = refreshFrom((step, answer) =>
        step.type === 'fetch' && step.path === file ? bytes : answer,
      );
      if (file === '2.root.json' && bytes === undefined) return; // no newer root: that is as it should be
      expect(result.ok).toBe(false);
      for (const [role, kept] of store) expect(served.repository.published.get(role)).toContainEqual(kept);
    },
  );

  prop([fc.constantFrom(...roles.slice(1)), fc.uint8Array({ maxLength: 300 })])(
    'from the store count as no file',
    (role, bytes) => {
      const { result, steps } = refreshFrom((step, answer) =>
        step.type === 'load' && step.role === role ? bytes : answer,
      );
      expect(result.ok).toBe(true);
      expect(steps).toContain(`store ${role}`);
    },
  );

  prop([fc.constantFrom(...files), fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'that differ in one byte from the genuine ones are never kept as other content [S3 T2 U3 V3]',
    (file, position, difference) => {
      const { store } = refreshFrom((step, answer) => {
        if (step.type !== 'fetch' || step.path !== file || answer === undefined) return answer;
        const changed = Uint8Array.from(answer);
        const at = position % changed.length;
        changed[at] = (changed[at] ?? 0) ^ difference;
        return changed;
      });
      for (const [role, kept] of store) {
        const genuine = served.repository.published.get(role)?.map(signedOf);
        expect(genuine).toContainEqual(signedOf(kept));
      }
    },
  );
});

function signedOf(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString()).signed;
}

describe('the steps of a search', () => {
  function searching(prepare: (repository: TufRepository) => void) {
    const { repository, store, refresh } = begin();
    prepare(repository);
    repository.publish(...online);
    const { result } = refresh();
    if (!result.ok) throw new Error(result.fault.message);
    const find = (name: string) => runInMemory(findTarget(verifier, result.value, name), repository, store);
    return { repository, find };
  }

  it('loads a delegated role, asks for it where need be, and keeps it [W1]', () => {
    const { find } = searching((repository) => {
      repository.addDelegation('targets', 'A');
      repository.addArtifact('A', 'content', 'file');
      repository.publish('A');
    });
    expect(find('file').steps).toEqual(['load A', 'fetch 1.A.json', 'store A']);
    expect(find('file').steps).toEqual(['load A']);
  });

  it('says that nobody lists the target, or that it gave up [W6 W7]', () => {
    const names = Array.from({ length: 40 }, (_, index) => `role${index}`);
    const { find } = searching((repository) => {
      for (const name of names) repository.addDelegation('targets', name, { paths: ['deep/*'] });
      repository.publish(...names);
    });
    expect(find('file').result).toMatchObject({ ok: false, fault: { code: 'target-missing', clause: 'W7' } });
    expect(find('deep/file').result).toMatchObject({
      ok: false,
      fault: { code: 'delegations-too-deep', clause: 'W6' },
    });
  });

  it('takes no target without a hash that can be checked [D2]', () => {
    const { find } = searching((repository) => {
      repository.addArtifact('targets', 'content', 'file');
      Object.assign(repository.targets.targets.file ?? {}, { hashes: { 'unknown-hash': '00' } });
    });
    expect(find('file').result).toMatchObject({ ok: false, fault: { code: 'malformed', clause: 'D2' } });
  });

  it('asks for no role that hangs together in circles twice', () => {
    const { find } = searching((repository) => {
      for (const [from, to] of [
        ['targets', 'A'],
        ['A', 'B'],
        ['B', 'A'],
        ['B', 'B'],
      ] as const) {
        repository.addDelegation(from, to);
      }
      repository.publish('A', 'B');
    });
    expect(find('file').steps.filter((step) => step.startsWith('fetch'))).toEqual(['fetch 1.A.json', 'fetch 1.B.json']);
  });
});

/** The procedures are plain generators: nothing runs until it is asked to. */
it('a procedure that is not run does nothing', () => {
  const procedure: TufProcedure<unknown> = refreshTuf(verifier);
  expect(procedure.next().value).toMatchObject({ type: 'load', role: 'root' });
});
