// Owns: the programs of somebody else's package: one that uses `ecunet/uptane`, and the very program of docs/repository.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './dependent.ts';

/** A program that verifies what is on its standard input, as one full Secondary. */
export const verifier = `
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

export const page = readFileSync(join(project, 'docs/repository.md'), 'utf8');
const [first = '', rotation = ''] = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);

/** What the repositories look like before the rotation is kept beside them, for the first call of `ecunet verify`. */
export const maker = `${first}
import { cpSync } from 'node:fs';
cpSync('public', 'public-before', { recursive: true });
${rotation}
const due = director.rootExpires - 30 * 86_400;
const renewed = director.renewRoot(due);
if (!renewed.ok) throw new Error(renewed.fault.message);
const files: number = director.files(now()).size;
console.log(JSON.stringify({ files, mended: director.rootExpires - due }));
`;

/** A program that takes up the keys of a role, and says what it was told. */
export const reader = `
import { ed25519Node, InputError, loadKeys } from 'ecunet/repository';
try {
  console.log(loadKeys(ed25519Node(), 'image-keys', 'targets').length);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.log(error.message);
}
`;
