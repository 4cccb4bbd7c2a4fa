/** One metric for a Sparkplug payload; only Int32 with an alias, as the tests need it. */
export interface TestMetric {
  readonly name?: string;
  readonly alias: number;
  readonly value: number;
  readonly timestamp: number;
}

const INT32 = 3;

/**
 * A Sparkplug B payload, encoded from the specification (sparkplug_b.proto) by itself and not with the decoder's
 * package, so that a shared mistake shows.
 */
export function sparkplugPayload(timestamp: number, seq: number, metrics: readonly TestMetric[]): Buffer {
  return Buffer.concat([number(1, timestamp), ...metrics.map((metric) => bytes(2, metricOf(metric))), number(3, seq)]);
}

function metricOf({ name, alias, value, timestamp }: TestMetric): Buffer {
  const named = name === undefined ? [] : [bytes(1, Buffer.from(name)), number(4, INT32)];
  return Buffer.concat([...named, number(2, alias), number(3, timestamp), number(10, value)]);
}

const VARINT = 0;
const LENGTH = 2;

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8 + VARINT), varint(value)]);
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + LENGTH), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const digits: number[] = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    digits.push(rest === 0n ? low : low + 128);
  } while (rest !== 0n);
  return Buffer.from(digits);
}
