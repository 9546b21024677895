// Owns: which keys and signatures are well-formed, whatever library checks them. Libraries differ on small-order,
// mixed-order and non-canonical inputs, and one library from version to version (node:crypto has refused an R of small order
// since Node 24); the one rule here is: canonical encodings only, no public key and no R of small order, and the equation
// without the cofactor (R recomputed, its bytes compared), which each implementation keeps to.

import { toHex } from '../core/bytes.ts';

// Numbers of 32 bytes are compared as their hexadecimal texts, highest digit first: the same order, and no arithmetic a signature.
const p = 2n ** 255n - 19n;
/** The order of the base point: a signature's S is below it. RFC 8032, 5.1.7 */
const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
/** The y coordinate of two of the four points of order 8; the other two have -y. */
const order8Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** The y coordinates of the eight points of small order, whichever the sign of x. */
const smallOrderY: ReadonlySet<string> = new Set([0n, 1n, p - 1n, order8Y, p - order8Y].map(hexOf));
const pHex = hexOf(p);
const orderHex = hexOf(order);

function hexOf(number: bigint): string {
  return number.toString(16).padStart(64, '0');
}

/** The text of the number that 32 bytes stand for, lowest byte first. */
function littleEndian(bytes: Uint8Array): string {
  return toHex(bytes.toReversed());
}

/** Whether 32 bytes have a reduced y that is none of a point of small order: they need not be a point of the curve. */
function isWellFormedPoint(bytes: Uint8Array): boolean {
  const reversed = bytes.toReversed();
  reversed[0] = (reversed[0] as number) & 0x7f; // the highest bit is the sign of x
  const y = toHex(reversed);
  return y < pHex && !smallOrderY.has(y);
}

/** Whether a public key is one that this project accepts at all. */
export function isWellFormedPublicKey(publicKey: Uint8Array): boolean {
  return publicKey.length === 32 && isWellFormedPoint(publicKey);
}

/** Whether a signature has the form R || S with R of no small order, as no honest signer makes one, and S below the group's order. */
export function isWellFormedSignature(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  return isWellFormedPoint(signature.subarray(0, 32)) && littleEndian(signature.subarray(32)) < orderHex;
}
