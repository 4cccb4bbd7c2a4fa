/**
 * The whole number in binary-coded decimal bytes, low byte first. Null when a nibble is no digit, as in a meter that
 * fills with FF. A lone `F` as the highest nibble is a minus sign, as EN 13757-3 has it, where `signed` is given.
 */
export function decodeBcd(bytes: Uint8Array, signed = false): number | null {
  let value = 0;
  for (let at = bytes.length - 1; at >= 0; at--) {
    const byte = bytes[at] ?? 0;
    const [high, low] = [byte >> 4, byte & 0x0f];
    const isSign = signed && at === bytes.length - 1 && high === 0x0f;
    if ((high > 9 && !isSign) || low > 9) return null;
    value = value * 100 + (isSign ? 0 : high * 10) + low;
  }
  const isNegative = signed && (bytes.at(-1) ?? 0) >> 4 === 0x0f;
  return isNegative ? 0 - value : value;
}

/** The same the other way round. @throws {RangeError} when the number does not fit. */
export function encodeBcd(value: number, bytes: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value >= 10 ** (bytes * 2))
    throw new RangeError(`${value} does not fit into ${bytes} BCD bytes`);
  const digits = String(value).padStart(bytes * 2, "0");
  return Uint8Array.from({ length: bytes }, (_, at) =>
    Number.parseInt(digits.slice((bytes - 1 - at) * 2, (bytes - at) * 2), 16),
  );
}
