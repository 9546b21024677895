import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hashHex } from '../../src/crypto/hashes.ts';
import { sampled } from '../support/heavy.ts';
import { ecunet, signalAt, startEcunet } from './support/ecunet.ts';
import { inProcess } from './support/inProcess.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('ecunet run', { timeout: 60_000 }, () => {
  it('prints one JSON object, whose digest is that of the trace file, and replays it', async () => {
    const trace = join(folder, 'nominal.jsonl');
    const image = join(folder, 'door firmware.bin');
    writeFileSync(image, 'any real file');
    const { code, stdout, stderr } = await ecunet(
      'run',
      'nominal',
      '--json',
      '--seed',
      '5',
      '--trace',
      trace,
      '--image',
      `door-ecu=${image}`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const result = JSON.parse(stdout);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(result).toMatchObject({ outcome: 'passed', seed: 5, traceDigest: hashHex('sha256', readFileSync(trace)) });
    expect(result.simulatedMs).toBeGreaterThan(0);
    expect(result.wallMs).toBeGreaterThan(0);
    expect(result.expectations).toHaveLength(6);
    expect(result.ecus.find(({ id }: { id: string }) => id === 'door-ecu')).toMatchObject({
      role: 'secondary',
      mode: 'partial',
      bus: 'body',
      installed: { filename: 'door firmware.bin', sha256: hashHex('sha256', readFileSync(image)), releaseCounter: 2 },
      attacksDetected: [],
    });
    const replayed = await inProcess('replay', trace);
    expect(replayed).toMatchObject({ code: 0, stderr: '' });
    expect(replayed.stdout).toMatch(/Nominal update: the same, all \d+ lines/);
  });

  it('names the attacks that each ECU detected', async () => {
    const { stdout } = await inProcess('run', 'stolen-director-keys', '--json');
    const detected = Object.fromEntries(
      JSON.parse(stdout).ecus.map(({ id, attacksDetected }: { id: string; attacksDetected: { code: string }[] }) => [
        id,
        attacksDetected.map(({ code }) => code),
      ]),
    );
    expect(detected).toMatchObject({ 'gateway-ecu': ['target-missing'], 'door-ecu': [], telematics: [] });
  });

  it.each(
    sampled<readonly [NodeJS.Signals, string, number]>(
      [
        ['SIGTERM', 'metadata verified', 143],
        ['SIGINT', 'metadata verified', 130],
      ],
      1,
    ),
  )('to be held, but not there yet, ends at %s after “%s” with exit code %i', async (signal, moment, expected) => {
    const started = startEcunet(['run', 'nominal', '--no-dash', '--slcan', 'body=0', '--hold']);
    signalAt(started, moment, signal);
    const { code, stderr } = await started.ended;
    expect(code).toBe(expected);
    expect(stderr).toContain('the run was given up');
  });

  it.each(
    sampled<readonly [string, string | undefined]>(
      [
        ['e.log', ' holds CAN buses only: the Ethernet backbone is left out; .pcapng holds both\n'],
        ['e.asc.gz', ' holds CAN buses only: the Ethernet backbone is left out; .pcapng holds both\n'],
        ['e.pcapng', undefined],
        ['e.PCAPNG.gz', undefined],
      ],
      2,
    ),
  )('says in one line what a capture %s leaves out', async (name, line) => {
    const path = join(folder, name);
    const { code, stderr } = await inProcess('run', 'ethernet', '--json', '--capture', path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: line === undefined ? '' : `ecunet: ${path}${line}` });
  });

  it('exits 1 where an expectation fails, and says which', async () => {
    const path = join(folder, 'wrong.yaml');
    const vehicle = join(import.meta.dirname, '../../scenarios/vehicles/compact.yaml');
    writeFileSync(join(folder, 'compact.yaml'), readFileSync(vehicle));
    writeFileSync(
      path,
      'title: Wrong\nabout: x\nvehicle: compact.yaml\nsteps: [{ cycle: {} }, { expect: [{ ecu: door-ecu, runs: door-1.img }, { ecu: door-ecu, finds: rollback }] }]\n',
    );
    const { code, stdout } = await inProcess('run', path);
    expect(code).toBe(1);
    expect(stdout).toContain('expected: door-ecu finds rollback');
    expect(stdout).toContain('FAILED');
  });

  it.each([
    [
      ['run', 'no-such-scenario'],
      /there is no scenario no-such-scenario; those that come with ecunet are [a-z, -]*expired-metadata, /,
    ],
    [['run'], /missing required argument 'scenario'/],
    [['run', 'nominal', '--seed', 'x'], /a whole number from 0 is needed/],
    [['run', 'nominal', '--image', 'door-ecu'], /NAME=VALUE is needed/],
    [['run', 'nominal', '--image', 'door-ecu=/no/such/file'], /\/no\/such\/file: no such file$/],
    [['run', 'nominal', '--image', 'door-ecu=/dev/zero'], /\/dev\/zero: not a regular file$/],
    [['run', 'nominal', '--link', 'gateway-ecu=pigeon'], /it is tcp, tcp\+tls, udp$/],
    [['run', 'nominal', '--trace', '/no/such/folder/t.jsonl'], /the trace cannot be written \(no such folder\)$/],
    [['run', 'nominal', '--bus', 'body=../../etc'], /body=\.\.\/\.\.\/etc/],
    [['replay', '/no/such/trace'], /\/no\/such\/trace: no such file$/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['run', 'nominal', '--trace', tmpdir()], /the trace cannot be written to a folder$/],
    [
      ['run', 'nominal', '--json', '--trace', import.meta.filename],
      /cli.test.ts: it exists and is no trace, so it is not replaced$/,
    ],
    [['run', 'nominal', '--json', '--trace', '/dev/full'], /the trace cannot be written \(no space is left\)$/],
    [['run', 'nominal', '--image', 'toString=/dev/null'], /\/dev\/null: not a regular file$/],
    [['run', 'nominal', '--link', 'toString=tcp'], /--link toString: the vehicle has the ECUs telematics/],
    [['run', 'nominal', '--bus', 'body=vcan0', '--bus', 'chassis=vcan0'], /the interface carries body already$/],
    [['run', 'a\nb'], /no such file$/],
  ])('%j is bad input: exit 2, one line', async (args, message) => {
    const { code, stdout, stderr } = await inProcess(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr).toMatch(/^ecunet: /);
  });

  it('names a missing interface and the command that makes it', async () => {
    const { code, stderr } = await inProcess('run', 'nominal', '--bus', 'body=nosuchcan7');
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/--bus body=nosuchcan7: .*ip link add dev nosuchcan7 type vcan/);
  });
});
