// Owns: which keys and signatures are well-formed, whatever library checks them. Libraries differ on small-order,
// mixed-order and non-canonical inputs; the one rule here is: canonical encodings only, no small-order public key, and the
// equation without the cofactor (R recomputed, its bytes compared), which each implementation keeps to.

const p = 2n ** 255n - 19n;
/** The order of the base point: a signature's S is below it. RFC 8032, 5.1.7 */
const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
/** The y coordinate of two of the four points of order 8; the other two have -y. */
const order8Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** The y coordinates of the eight points of small order, whichever the sign of x. */
const smallOrderY: ReadonlySet<bigint> = new Set([0n, 1n, p - 1n, order8Y, p - order8Y]);

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let index = bytes.length - 1; index >= 0; index -= 1) value = (value << 8n) | BigInt(bytes[index] ?? 0);
  return value;
}

/** Whether a public key is one that this project accepts at all. */
export function isWellFormedPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  const y = littleEndian(publicKey) & (2n ** 255n - 1n);
  return y < p && !smallOrderY.has(y);
}

/** Whether a signature has the form R || S with S below the group's order. */
export function isWellFormedSignature(signature: Uint8Array): boolean {
  return signature.length === 64 && littleEndian(signature.subarray(32)) < order;
}
