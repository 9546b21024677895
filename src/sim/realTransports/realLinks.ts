// Owns: opening the links that leave the simulation, over loopback: both ends of each, through the recorder. What carries a link is
// nobody else's matter.
import type { Enter } from '../../bus/enter.ts';
import { connectTcpLink, listenTcpLink } from '../../bus/sockets/tcpLink.ts';
import { openUdpEnd } from '../../bus/sockets/udpLink.ts';
import { type EnvironmentFault, InputError } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import { hostSeconds } from '../../core/time/hostTime.ts';
import type { LinkKind } from '../inputs/inputs.ts';
import type { Recorder } from '../tape/tape.ts';
import { recordedLink } from '../tape/taped.ts';
import type { LinkPair } from '../transports/transports.ts';
import { selfSigned } from './selfSigned.ts';

const host = '127.0.0.1';
const [primaryName, secondaryName] = ['primary.ecunet', 'secondary.ecunet'];

/** Throws an InputError where it cannot be had. */
export async function openLink(ecu: string, kind: LinkKind, recorder: Recorder, enter: Enter): Promise<LinkPair> {
  const ends = kind === 'udp' ? await openUdp(enter) : await openTcp(enter, kind === 'tcp+tls');
  if (!ends.ok) throw new InputError(`--link ${ecu}=${kind}: ${ends.fault.message}`);
  const { primary, secondary } = ends.value;
  return {
    primary: recordedLink(linkPort(ecu, 'primary'), primary, recorder),
    secondary: recordedLink(linkPort(ecu, 'secondary'), secondary, recorder),
  };
}

/** With TLS each end knows the other by a certificate made for this link. */
async function openTcp(enter: Enter, withTls: boolean): Promise<Result<LinkPair, EnvironmentFault>> {
  const [client, server] = [primaryName, secondaryName].map((name) => withTls && selfSigned(name, hostSeconds()));
  const listening = await listenTcpLink({
    enter,
    ...(server && client && { tls: { ...server, clientCa: client.certificate } }),
  });
  if (!listening.ok) return listening;
  const { port } = listening.value;
  const tls = server && client && { ca: server.certificate, serverName: secondaryName, identity: client };
  const primary = await connectTcpLink({ host, port, enter, ...(tls && { tls }) });
  if (!primary.ok) {
    listening.value.close();
    return primary;
  }
  // Others on this machine may have connected before.
  const secondary = await listening.value.accept(primary.value.local);
  return secondary.ok ? ok({ primary: primary.value, secondary: secondary.value }) : secondary;
}

/** Each end is bound before it is told of the other: it never hears anybody else. */
async function openUdp(enter: Enter): Promise<Result<LinkPair, EnvironmentFault>> {
  const primary = await openUdpEnd({ host, enter });
  if (!primary.ok) return primary;
  const secondary = await openUdpEnd({ host, enter });
  if (!secondary.ok) {
    primary.value.close();
    return secondary;
  }
  const [client, server] = [primary.value, secondary.value];
  return ok({ primary: client.link(server, true), secondary: server.link(client, false) });
}

/** The name of a link's end on the tape. */
export function linkPort(ecu: string, end: 'primary' | 'secondary'): string {
  return `link/${ecu}/${end}`;
}
