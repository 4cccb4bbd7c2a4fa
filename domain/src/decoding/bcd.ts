/** Where a BCD number keeps its sign. */
export type BcdSign = "none" | "firstNibble" | "lastNibble";

/**
 * The number in packed BCD, highest byte first; a bigint from 16 digits on, NaN where a nibble is no digit or no sign.
 *
 * In the first nibble 0 means plus and 8, D or F minus (M-Bus and Chinese makers); in the last one C or F means plus and
 * B or D minus (packed decimal of PLCs).
 *
 * @see EN 13757-3 annex A, type A
 */
export function decodeBcd(bytes: Uint8Array, sign: BcdSign): number | bigint {
  const nibbles = Array.from(bytes).flatMap((byte) => [byte >> 4, byte & 0x0f]);
  const direction = directionOf(nibbles, sign);
  if (direction === undefined) return Number.NaN;
  const digits = sign === "firstNibble" ? nibbles.slice(1) : sign === "lastNibble" ? nibbles.slice(0, -1) : nibbles;
  if (digits.some((digit) => digit > 9)) return Number.NaN;
  const text = digits.join("");
  if (nibbles.length >= 16) return BigInt(text) * BigInt(direction);
  return Number(text) * direction + 0;
}

function directionOf(nibbles: readonly number[], sign: BcdSign): 1 | -1 | undefined {
  if (sign === "none") return 1;
  const nibble = sign === "firstNibble" ? nibbles[0] : nibbles.at(-1);
  const [plus, minus] =
    sign === "firstNibble"
      ? [[0x0], [0x8, 0xd, 0xf]]
      : [
          [0xc, 0xf],
          [0xb, 0xd],
        ];
  if (nibble !== undefined && plus?.includes(nibble)) return 1;
  return nibble !== undefined && minus?.includes(nibble) ? -1 : undefined;
}
