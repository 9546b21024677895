// What `ecunet verify --profile aktualizr` prints where a real aktualizr judges otherwise: docs/verify.md.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpServer } from '../client/support/servers.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { World } from '../uptane/support/fixtures.ts';
import { need } from '../vectors/aktualizrCase.ts';
import { ed25519Key } from '../vectors/aktualizrRepository.ts';
import { states } from '../vectors/aktualizrStates.ts';
import { assign, newPair, writePair } from '../vectors/wirePair.ts';
import { offered, printed, runVerify, serving, VerifyScene, writeFiles } from './support/verifyScene.ts';

const temporaryFolder = temporaryFolders();

function stateOf(name: string, state: string) {
  const pair = newPair(ed25519Key);
  const { change, edit } = need(states.get(`${name}-ED25519`)?.[state]);
  change(pair, ed25519Key);
  const files = writePair(pair);
  edit?.(files);
  return files;
}

const vehicle = ['--ecu', 'primary-0:hw-primary', '--primary', '--ecus', 'secondary-1:hw-secondary'];
const alone = ['--ecu', 'primary-0:hw-primary', '--primary'];
const secondary = ['--ecu', 'secondary-1:hw-secondary'];

/** At a place that holds `director` and `image`. */
function verifyAt(place: string, ...args: readonly string[]) {
  return runVerify(
    ...[
      '--director',
      `${place}/director`,
      '--image-repo',
      `${place}/image`,
      '--store',
      join(temporaryFolder(), 'store'),
    ],
    ...['--profile', 'aktualizr', '--trust-first', '--time', '2026-01-01T00:00:00Z', ...args],
  );
}

function verify(files: ReadonlyMap<string, Uint8Array>, ...args: readonly string[]) {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return verifyAt(folder, ...args);
}

const comment = stateOf('comment', 'a comment before the JSON');
const lower = stateOf('type-lower', '_type targets in lower case');

describe('a notice of what a real aktualizr says', () => {
  it('comes with a fault that stays one, as a line and as a member of the result', async () => {
    expect(await verify(comment, ...vehicle)).toEqual({
      code: 1,
      stderr: '',
      stdout: [
        'noticed: aktualizr-accepts: director/targets.json: aktualizr, aktualizr-secondary: passes over comments around the JSON [V1]',
        'refused: director/targets.json: a value is needed at character 0 [V1 arbitrary-installation]',
        '',
      ].join('\n'),
    });
    const { code, stdout } = await verify(comment, ...vehicle, '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      {
        ok: false,
        fault: {
          ...{ code: 'malformed', clause: 'V1', role: 'targets', repository: 'director', file: 'targets.json' },
          ...{ attack: 'arbitrary-installation', message: 'a value is needed at character 0' },
        },
        notices: [
          {
            ...{
              code: 'aktualizr-accepts',
              clause: 'V1',
              role: 'targets',
              repository: 'director',
              file: 'targets.json',
            },
            message: 'aktualizr, aktualizr-secondary: passes over comments around the JSON',
            ...{ difference: 'comments', clients: ['aktualizr', 'aktualizr-secondary'] },
          },
        ],
      },
    ]);
  });

  it('comes with what was verified', async () => {
    const { code, stdout } = await verify(lower, ...secondary, '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      {
        ok: true,
        targets: [{ filename: 's1.bin' }],
        notices: [
          {
            code: 'aktualizr-refuses',
            clause: 'B4',
            difference: 'type-in-lower-case',
            clients: ['aktualizr-secondary'],
          },
        ],
      },
    ]);
  });

  it.each([
    ['a Primary with Secondaries', vehicle, ['aktualizr', 'aktualizr-secondary']],
    ['a Primary alone', alone, ['aktualizr']],
    ['a Secondary', secondary, ['aktualizr-secondary']],
    ['a Secondary that reads the Director alone', [...secondary, '--mode', 'partial'], ['aktualizr-secondary']],
  ] as const)('asks the programs of %s', async (_, args, clients) => {
    const pair = newPair(ed25519Key);
    assign(pair, args === alone ? { 'p1.bin': 'primary-0' } : { 'p1.bin': 'primary-0', 's1.bin': 'secondary-1' }, 0);
    const { stdout } = await verify(writePair(pair), ...args, '--json');
    expect(JSON.parse(stdout).notices).toMatchObject([{ difference: 'no-version', clients }]);
  });

  it('is there only in the profile of aktualizr, and only where there is something to tell', async () => {
    const { stdout } = await verify(comment, ...vehicle, '--json', '--profile', 'uptane');
    expect(JSON.parse(stdout)).toEqual({ ok: false, fault: expect.anything() });
    // Of our own form aktualizr would take nothing, beginning with `_type`.
    const scene = new VerifyScene(temporaryFolder());
    scene.offer(offered(new World()));
    expect(Object.keys(printed(await scene.secondary('full-1')))).toEqual(['ok', 'targets', 'versions']);
    const sound = await verify(stateOf('simple', 'both assigned'), ...vehicle, '--json');
    expect(JSON.parse(sound.stdout)).toEqual({ ok: true, targets: expect.anything(), versions: expect.anything() });
  });
});

it('a delegated role’s name with a space is found over HTTP, where a real aktualizr cannot fetch it', async () => {
  const files = stateOf('delegation-name', 'a delegated role with a space in its name');
  const { url, asked } = await httpServer(serving(() => files));
  const { code, stdout } = await verifyAt(url, ...vehicle, '--json');
  expect(asked).toContain('/image/delegations/my%20supplier.json');
  const { targets, notices } = JSON.parse(stdout);
  expect([code, targets]).toMatchObject([0, [{ filename: 'sp/p3.bin' }]]);
  expect(notices).toContainEqual(
    expect.objectContaining({ difference: 'role-name-no-url', file: 'delegations/my supplier.json' }),
  );
});
