import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { Link } from '../../../src/bus/link.ts';
import {
  connectTcpLink,
  listenTcpLink,
  type TcpLinkServer,
  type TlsClientOptions,
  type TlsIdentity,
  type TlsServerOptions,
} from '../../../src/bus/sockets/tcpLink.ts';
import { hostSeconds } from '../../../src/core/time/hostTime.ts';
import { selfSigned } from '../../../src/sim/realTransports/selfSigned.ts';
import { missingTool } from '../../capture/support/tools.ts';
import { withReason } from '../../support/skips.ts';
import { codeOf, hostRun, payload, type Run, recorded, value } from '../support/harness.ts';
import { linkSuite } from '../support/linkSuite.ts';
import { tcpPair } from '../support/tcpPair.ts';

const now = hostSeconds();
const server = selfSigned('secondary.ecunet', now);
const client = selfSigned('primary.ecunet', now);
const stranger = selfSigned('secondary.ecunet', now);
const clientOptions: TlsClientOptions = { ca: server.certificate, serverName: 'secondary.ecunet', identity: client };
const mutual: TlsServerOptions = { ...server, clientCa: client.certificate };

linkSuite({
  name: 'mutual TLS on 127.0.0.1',
  run: () => hostRun(20_000, 20),
  make: (run) => tcpPair(run, { server: mutual, client: clientOptions }),
});

describe('TLS', () => {
  let run: Run;
  let listening: TcpLinkServer | undefined;
  let links: Link[];
  beforeEach(() => {
    run = hostRun(20_000, 20);
    links = [];
    listening = undefined;
  });
  afterEach(() => {
    listening?.close();
    for (const link of links) link.close();
    run.stop();
  });

  const listen = async (tls: TlsServerOptions) => {
    listening = value(await listenTcpLink({ tls, enter: run.enter }));
    return listening;
  };
  const tryConnect = async (tls: TlsClientOptions, port: number) => {
    const result = await connectTcpLink({ host: '127.0.0.1', port, tls, enter: run.enter });
    if (result.ok) links.push(result.value);
    return result;
  };

  it.each<[string, Partial<TlsClientOptions>, string]>([
    ['a server with another certificate', { ca: stranger.certificate }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['a server of another name', { serverName: 'camera.ecunet' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['an authority that is no certificate', { ca: 'nonsense' }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('is refused by a client that meets %s', async (_, changes, code) => {
    const { port } = await listen(server);
    const result = await tryConnect({ ...clientOptions, ...changes }, port);
    expect(result).toMatchObject({ ok: false, fault: { code: 'connection-failed' } });
    expect(result.ok ? '' : result.fault.message).toBe(`cannot connect to 127.0.0.1:${port} (${code})`);
  });

  it.each<[string, TlsIdentity | undefined]>([
    ['without a certificate', undefined],
    ['with one that the server does not know', stranger],
  ])('drops a client %s, and takes the next one that it knows', async (_, identity) => {
    const { port, accept } = await listen(mutual);
    const { ca, serverName } = clientOptions;
    const refused = await tryConnect({ ca, serverName, ...(identity !== undefined && { identity }) }, port);
    if (refused.ok) {
      const heard = recorded(refused.value);
      await run.until(() => heard.failures.length > 0);
      expect(codeOf(refused.value.send(payload(1)))).toBe('closed');
    }
    const known = value(await tryConnect(clientOptions, port));
    const server = value(await accept());
    links.push(server);
    const heard = recorded(server);
    known.send(payload(100));
    await run.until(() => heard.received.length === 1);
    expect(heard.received).toEqual([payload(100)]);
  });

  it('has no time for TLS 1.2, plain TCP and those who say nothing, and goes on listening', async () => {
    const { port, accept } = await listen(server);
    const old = connect({ host: '127.0.0.1', port, maxVersion: 'TLSv1.2', rejectUnauthorized: false });
    const failure = await new Promise<Error>((resolve) => old.once('error', resolve));
    expect((failure as NodeJS.ErrnoException).code).toMatch(/PROTOCOL_VERSION/);
    const plain = value(await connectTcpLink({ host: '127.0.0.1', port, enter: run.enter }));
    links.push(plain);
    const heard = recorded(plain);
    plain.send(payload(50));
    await run.until(() => heard.failures.length > 0);
    const silent = createConnection({ host: '127.0.0.1', port });
    links.push(value(await tryConnect(clientOptions, port)), value(await accept()));
    silent.destroy();
  });

  it('takes one peer: another that was at its handshake is dropped', async () => {
    const { port, accept } = await listen(server);
    const both = await Promise.all([tryConnect(clientOptions, port), tryConnect(clientOptions, port)]);
    links.push(value(await accept()));
    const heard = links.map(recorded);
    await run.until(() => heard.some(({ failures }) => failures.length > 0) || both.some(({ ok }) => !ok));
  });

  it('wants a key and a certificate that belong together', async () => {
    for (const tls of [
      { key: 'nonsense', certificate: server.certificate },
      { key: client.key, certificate: server.certificate },
    ]) {
      expect(codeOf(await listenTcpLink({ tls, enter: run.enter }))).toBe('connection-failed');
    }
    const identity = { key: 'nonsense', certificate: client.certificate };
    expect(codeOf(await tryConnect({ ...clientOptions, identity }, 1))).toBe('connection-failed');
  });
});

const noOpenssl = missingTool('openssl', 'openssl');
const folder = mkdtempSync(join(tmpdir(), 'ecunet-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(noOpenssl !== undefined)(withReason('openssl', noOpenssl), () => {
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' }).toString();

  /** A key, and a certificate of the test's authority for it. */
  function issued(name: string): TlsIdentity {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
    openssl('req', ...key, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    writeFileSync(join(folder, 'names.txt'), `subjectAltName=DNS:${name}.test\n`);
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names.txt'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...authority, '-out', `${name}.pem`);
    const [pem, certificate] = ['key', 'pem'].map((end) => readFileSync(join(folder, `${name}.${end}`), 'utf8'));
    return { key: pem ?? '', certificate: certificate ?? '' };
  }

  test('certificates of an authority: the server by its name, the client by its authority', async () => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key'];
    openssl('req', '-x509', ...key, '-subj', '/CN=Test', '-days', '2', '-out', 'ca.pem');
    const ca = readFileSync(join(folder, 'ca.pem'), 'utf8');
    const run = hostRun(20_000, 20);
    const serverTls = { ...issued('camera'), clientCa: ca };
    const pair = await tcpPair(run, {
      server: serverTls,
      client: { ca, serverName: 'camera.test', identity: issued('telematics') },
    });
    const heard = recorded(pair.b);
    pair.a.send(payload(1000));
    await run.until(() => heard.received.length === 1);
    pair.close();
    run.stop();
  });

  test('our own certificates are what openssl takes for sound', () => {
    for (const at of [now, 2_600_000_000]) {
      const { certificate } = selfSigned('secondary.ecunet', at);
      writeFileSync(join(folder, 'own.pem'), certificate);
      const text = openssl('x509', '-in', 'own.pem', '-noout', '-text');
      expect(text).toContain('Signature Algorithm: ED25519');
      expect(text).toContain('DNS:secondary.ecunet');
      expect(openssl('verify', '-attime', String(at), '-check_ss_sig', '-CAfile', 'own.pem', 'own.pem')).toBe(
        'own.pem: OK\n',
      );
      const parsed = new X509Certificate(certificate);
      expect([parsed.subject, parsed.checkHost('secondary.ecunet')]).toEqual([
        'CN=secondary.ecunet',
        'secondary.ecunet',
      ]);
    }
  });
});
