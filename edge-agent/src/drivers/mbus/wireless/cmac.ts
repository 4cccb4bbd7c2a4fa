import { createCipheriv } from "node:crypto";

const BLOCK = 16;
const ZERO = Buffer.alloc(BLOCK);

/** AES-128 in CMAC mode. @see RFC 4493 */
export function cmacOf(key: Uint8Array, message: Uint8Array): Buffer {
  const first = doubled(encrypt(key, ZERO));
  const isWhole = message.length > 0 && message.length % BLOCK === 0;
  const lastAt = isWhole ? message.length - BLOCK : Math.floor(message.length / BLOCK) * BLOCK;
  const last = Buffer.alloc(BLOCK);
  last.set(message.subarray(lastAt));
  if (!isWhole) last[message.length - lastAt] = 0x80;
  const subkey = isWhole ? first : doubled(first);
  let chain: Buffer = ZERO;
  for (let at = 0; at < lastAt; at += BLOCK) chain = encrypt(key, xor(chain, message.subarray(at, at + BLOCK)));
  return encrypt(key, xor(chain, xor(last, subkey)));
}

function encrypt(key: Uint8Array, block: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return cipher.update(block);
}

/** Twice a number of 128 bits in the field that the RFC works in. */
function doubled(block: Buffer): Buffer {
  const twice = Buffer.alloc(BLOCK);
  for (let at = 0; at < BLOCK; at++) twice[at] = ((block[at] ?? 0) << 1) | ((block[at + 1] ?? 0) >> 7);
  if (((block[0] ?? 0) & 0x80) !== 0) twice[BLOCK - 1] = (twice[BLOCK - 1] ?? 0) ^ 0x87;
  return twice;
}

function xor(one: Uint8Array, other: Uint8Array): Buffer {
  return Buffer.from(one.map((byte, at) => byte ^ (other[at] ?? 0)));
}
