// Owns: where attach points are reached, as a user writes it.

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface CannelloniAddress {
  readonly localPort: number;
  readonly remote: HostPort;
}

const portMax = 65_535;
const loopback = '127.0.0.1';

function portOf(text: string): number | undefined {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port <= portMax ? port : undefined;
}

/** `HOST:PORT`; IPv6 addresses in brackets. */
export function addressText({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseHostPort(text: string): HostPort | undefined {
  const [, bracketed, plain, portText = ''] = /^(?:\[([0-9A-Fa-f:.%\w]+)\]|([\w.-]+)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = portOf(portText);
  return host === undefined || port === undefined ? undefined : { host, port };
}

/** `PORT` of this machine alone, or `HOST:PORT`. Port 0 is any free one. */
export function parseSlcanAddress(text: string): HostPort | undefined {
  const port = portOf(text);
  return port === undefined ? parseHostPort(text) : { host: loopback, port };
}

/** `LOCALPORT:REMOTEHOST:REMOTEPORT`. */
export function parseCannelloniAddress(text: string): CannelloniAddress | undefined {
  const [, localText = '', remoteText = ''] = /^(\d+):(.+)$/s.exec(text) ?? [];
  const localPort = portOf(localText);
  const remote = parseHostPort(remoteText);
  if (localPort === undefined || remote === undefined || remote.port === 0) return undefined;
  return { localPort, remote };
}
