// Owns: whether src/messages/ecunet.json is what ecunet.proto generates today.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-generated-'));
try {
  const made = join(folder, 'ecunet.json');
  const args = ['node_modules/protobufjs-cli/bin/pbjs', '-t', 'json', '-o', made, 'src/messages/ecunet.proto'];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
  if (readFileSync(made, 'utf8') !== readFileSync('src/messages/ecunet.json', 'utf8')) {
    console.error('src/messages/ecunet.json is not what ecunet.proto generates: npm run generate');
    process.exit(1);
  }
} finally {
  rmSync(folder, { recursive: true });
}
