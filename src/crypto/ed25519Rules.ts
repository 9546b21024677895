// Owns: which keys and signatures are well-formed, whatever library checks them. Libraries differ on small-order,
// mixed-order and non-canonical inputs, and one library from version to version (node:crypto has refused an R of small order
// since Node 24); the one rule here is: canonical encodings only, no public key and no R of small order, and the equation
// without the cofactor (R recomputed, its bytes compared), which each implementation keeps to.

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

/** Whether 32 bytes have a reduced y that is none of a point of small order: they need not be a point of the curve. */
function isWellFormedPoint(bytes: Uint8Array): boolean {
  const y = littleEndian(bytes) & (2n ** 255n - 1n);
  return y < p && !smallOrderY.has(y);
}

/** Whether a public key is one that this project accepts at all. */
export function isWellFormedPublicKey(publicKey: Uint8Array): boolean {
  return publicKey.length === 32 && isWellFormedPoint(publicKey);
}

/** Whether a signature has the form R || S with R of no small order, as no honest signer makes one, and S below the group's order. */
export function isWellFormedSignature(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  return isWellFormedPoint(signature.subarray(0, 32)) && littleEndian(signature.subarray(32)) < order;
}
