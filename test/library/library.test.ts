// `ecunet/uptane` as somebody else's program has it: installed, imported by its name, with its types, from the built package.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { offered } from '../cli/support/verifyScene.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { begin, hardwareOf, imageName, vin, World } from '../uptane/support/fixtures.ts';
import { makeDependent, project } from './support/dependent.ts';

const temporaryFolder = temporaryFolders();

/** A program that verifies what is on its standard input, as one full Secondary. */
const program = `
import { readFileSync } from 'node:fs';
import {
  checkImage,
  checkProvisionedRoot,
  checkTarget,
  ed25519Node,
  type EcuContext,
  fileName,
  type FullTrust,
  type MetadataRequest,
  type RemoteFault,
  type Result,
  runProcedure,
  storedImageName,
  type Target,
  trustedVersions,
  uptaneProfile,
  verifyFull,
} from 'ecunet/uptane';

const input: { files: Record<string, string>; now: number; vin: string; serial: string; hardwareId: string } =
  JSON.parse(readFileSync(0, 'utf8'));
const { now, vin, serial, hardwareId } = input;
const files = new Map(Object.entries(input.files).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, 'base64'))]));
const signatures = ed25519Node();
const context: EcuContext = { signatures, profile: uptaneProfile, now, vin, vehicleEcus: undefined };

function provisioned(): FullTrust {
  const [director, image] = (['director', 'image'] as const).map((repository) => {
    const root = checkProvisionedRoot({ ...context, repository }, files.get(\`\${repository}/1.root.json\`));
    if (!root.ok) throw new Error(root.fault.message);
    return { root: root.value };
  });
  if (director === undefined || image === undefined) throw new Error('no roots');
  return { director, image };
}

const answer = (request: MetadataRequest): Uint8Array | undefined =>
  files.get(\`\${request.repository}/\${fileName(uptaneProfile, request)}\`);
const outcome = runProcedure(verifyFull(context, provisioned(), (target: Target) => target.ecus.has(serial)), answer);
if (!outcome.result.ok) {
  const fault: RemoteFault = outcome.result.fault;
  console.log(JSON.stringify({ code: fault.code, clause: fault.clause, attack: fault.attack }));
} else {
  const { director } = outcome.result.value;
  const target = checkTarget(director, { serial, hardwareId, installedReleaseCounter: 0 });
  if (!target.ok) throw new Error(target.fault.message);
  const { filename, hashes } = target.value;
  const bytes = files.get(\`image/targets/\${storedImageName(filename, hashes.sha256 ?? '')}\`) ?? new Uint8Array();
  const checked: Result<void, RemoteFault> = checkImage(target.value, bytes.length, [bytes]);
  console.log(JSON.stringify({ filename, image: checked.ok, versions: trustedVersions(outcome.trusted) }));
}
`;

/** The program in a package of its own that has ecunet among its dependencies. Returns a function that runs it, once it is compiled. */
function compiled(): (input: object) => unknown {
  const folder = temporaryFolder();
  makeDependent(folder, { program });
  return (input) =>
    JSON.parse(
      execFileSync(process.execPath, [join(folder, 'program.js')], { input: JSON.stringify(input), encoding: 'utf8' }),
    );
}

describe('the library ecunet/uptane', { timeout: 60_000 }, () => {
  it('verifies a repository in another’s program, with types [R11]', () => {
    const world = new World();
    const inputOf = (at: number) => ({
      files: Object.fromEntries(
        [...offered(world)].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]),
      ),
      ...{ now: at, vin, serial: 'full-1', hardwareId: hardwareOf('full-1') },
    });
    const run = compiled();
    const roles = { root: 1, timestamp: 1, snapshot: 1, targets: 1 };
    const versions = ['director', 'image'].flatMap((name) =>
      Object.entries(roles).map(([role, version]) => [`${name}/${role}`, version]),
    );
    expect(run(inputOf(begin))).toEqual({
      filename: imageName('full-1', 1),
      image: true,
      versions: Object.fromEntries(versions),
    });
    expect(run(inputOf(begin + 1e9))).toEqual({ code: 'expired', clause: 'S6', attack: 'indefinite-freeze' });
  });

  it('is what this package is called to itself', () => {
    const script = "import('ecunet/uptane').then(({ verifyFull }) => console.log(typeof verifyFull))";
    expect(execFileSync(process.execPath, ['-e', script], { cwd: project, encoding: 'utf8' })).toBe('function\n');
  });
});
