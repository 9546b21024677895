// The two ends of a TCP link over loopback, with TLS where asked.
import {
  connectTcpLink,
  listenTcpLink,
  type TlsClientOptions,
  type TlsServerOptions,
} from '../../../src/bus/sockets/tcpLink.ts';
import { type Run, value } from './harness.ts';

export async function tcpPair(
  { enter }: Run,
  tls?: { readonly server: TlsServerOptions; readonly client: TlsClientOptions },
) {
  const listening = value(await listenTcpLink({ ...(tls && { tls: tls.server }), enter }));
  const { port } = listening;
  const a = value(await connectTcpLink({ host: '127.0.0.1', port, ...(tls && { tls: tls.client }), enter }));
  const b = value(await listening.accept(a.local));
  return {
    a,
    b,
    close() {
      a.close();
      b.close();
      listening.close();
    },
  };
}
