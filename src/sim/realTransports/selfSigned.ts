// Owns: keys and certificates for one run's TLS links: made when they are needed, in memory, and gone with the run. Nothing of a vehicle
// depends on them. X.509 as RFC 5280 has it, with Ed25519 (RFC 8410), and no more of it than that takes.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { TlsIdentity } from '../../bus/sockets/tcpLink.ts';
import { concatBytes, utf8 } from '../../core/bytes.ts';
import { formatUtc } from '../../core/utc.ts';

const tags = {
  ...({ integer: 0x02, bitString: 0x03, octetString: 0x04, oid: 0x06, utf8String: 0x0c } as const),
  ...({ utcTime: 0x17, generalizedTime: 0x18, sequence: 0x30, set: 0x31 } as const),
  ...({ version: 0xa0, extensions: 0xa3, dnsName: 0x82 } as const),
};

const commonName = Uint8Array.of(0x55, 0x04, 0x03);
const subjectAltName = Uint8Array.of(0x55, 0x1d, 0x11);
const ed25519 = Uint8Array.of(0x2b, 0x65, 0x70);

/** A run is over before that, and clocks do not differ by so much: they are one clock. */
const validSeconds = 30 * 86_400;
const earlierSeconds = 3600;

/** A certificate for `dnsName` that its own key has signed, valid from an hour before `now`, in seconds since 1970, for 30 days. */
export function selfSigned(dnsName: string, now: number): TlsIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const algorithm = der(tags.sequence, der(tags.oid, ed25519));
  const name = der(
    tags.sequence,
    der(tags.set, der(tags.sequence, der(tags.oid, commonName), der(tags.utf8String, utf8(dnsName)))),
  );
  const alternative = der(tags.sequence, der(tags.dnsName, utf8(dnsName)));
  const extension = der(tags.sequence, der(tags.oid, subjectAltName), der(tags.octetString, alternative));
  const body = der(
    tags.sequence,
    der(tags.version, der(tags.integer, Uint8Array.of(2))),
    der(tags.integer, Uint8Array.of(0x01), randomBytes(15)),
    algorithm,
    name,
    der(tags.sequence, time(now - earlierSeconds), time(now + validSeconds)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(tags.extensions, der(tags.sequence, extension)),
  );
  const signature = der(tags.bitString, Uint8Array.of(0), sign(null, body, privateKey));
  const certificate = Buffer.from(der(tags.sequence, body, algorithm, signature)).toString('base64');
  const lines = certificate.match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function time(seconds: number): Uint8Array {
  const text = formatUtc(seconds).replace(/[-:T]/g, '');
  return text < '2050' ? der(tags.utcTime, utf8(text.slice(2))) : der(tags.generalizedTime, utf8(text));
}

/** One value in the distinguished encoding of ASN.1. */
function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concatBytes(Uint8Array.of(tag, ...head), content);
}
