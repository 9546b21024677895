// Owns: receive buffers of the guest's sockets that hold a whole message of ISO-TP at one go; the usual ones hold some 270 frames.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';

const file = '/proc/sys/net/core/rmem_default';
const bytes = 32 * 1024 * 1024;

/** Whether this machine's may be changed: the guest's, which is ours alone. */
export const hasLongBuffers = process.env.ECUNET_GUEST === '1';

/** To be called in a `describe`: sockets opened in its tests have long buffers, where they may be changed. */
export function longReceiveBuffers(): void {
  if (!hasLongBuffers) return;
  const usual = readFileSync(file, 'utf8');
  beforeAll(() => writeFileSync(file, String(bytes)));
  afterAll(() => writeFileSync(file, usual));
}
