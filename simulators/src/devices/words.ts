/** Which 16-bit word of a wider value travels first. */
export type WordOrder = "high-first" | "low-first";

/** Words of an IEEE 754 single; what a decoder gets back is `Math.fround(value)`. */
export function floatWords(value: number, order: WordOrder): readonly number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return ordered([view.getUint16(0), view.getUint16(2)], order);
}

/** Words of an IEEE 754 double. */
export function doubleWords(value: number, order: WordOrder): readonly number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return ordered([view.getUint16(0), view.getUint16(2), view.getUint16(4), view.getUint16(6)], order);
}

/** Words of a signed 32-bit integer. */
export function int32Words(value: number, order: WordOrder): readonly number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, value);
  return ordered([view.getUint16(0), view.getUint16(2)], order);
}

function ordered(words: readonly number[], order: WordOrder): readonly number[] {
  return order === "high-first" ? words : words.toReversed();
}

/** Words of a signed 64-bit integer, high word first. */
export function int64Words(value: bigint): readonly number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, value);
  return [0, 2, 4, 6].map((at) => view.getUint16(at));
}
