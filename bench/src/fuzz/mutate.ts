import type { SeededRandom } from "./random.ts";

/** Longest input that is made. */
const MAX_BYTES = 8192;
const EDGE_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff, 0x0f, 0xf0, 0x10, 0x16, 0x68, 0x0d, 0x0a, 0x3a] as const;
/** What makes trouble in JSON: numbers that are none, too deep, too long, of another type, keys of the language. */
const JSON_BITS = [
  "NaN",
  "1e999",
  "-1e999",
  "-0",
  "1e-400",
  "9007199254740993",
  '"9223372036854775808"',
  "null",
  "true",
  "[]",
  "{}",
  '""',
  '"\\ud800"',
  '"__proto__":1,',
  '"constructor":{"prototype":1},',
  "[[[[[[[[[[[[[[[[",
  "}",
  ",",
  "\u0000",
] as const;

type Mutation = (bytes: Uint8Array, random: SeededRandom, seeds: readonly Uint8Array[]) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => at(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  (bytes, random) => at(bytes, random, () => random.pick(EDGE_BYTES)),
  (bytes, random) => at(bytes, random, () => random.below(256)),
  (bytes, random) => at(bytes, random, (byte) => byte + random.below(7) - 3),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  (bytes, random) =>
    spliced(
      bytes,
      random,
      Uint8Array.from({ length: random.below(12) }, () => random.below(256)),
    ),
  (bytes, random, seeds) => spliced(bytes, random, piece(random.pick(seeds), random)),
  (bytes, random) => spliced(bytes, random, piece(bytes, random)),
  (bytes, random) => spliced(bytes, random, Buffer.from(random.pick(JSON_BITS), "utf8")),
  (_bytes, random) => Uint8Array.from({ length: random.below(64) }, () => random.below(256)),
];

/** A seed, changed in up to four ways: most of its form is left, so that a decoder goes in deep. */
export function mutated(random: SeededRandom, seeds: readonly Uint8Array[]): Uint8Array {
  let bytes = Uint8Array.from(random.pick(seeds));
  for (let left = random.below(5); left > 0; left--)
    bytes = Uint8Array.from(random.pick(MUTATIONS)(bytes, random, seeds));
  return bytes.subarray(0, MAX_BYTES);
}

function at(bytes: Uint8Array, random: SeededRandom, change: (byte: number) => number): Uint8Array {
  if (bytes.length === 0) return bytes;
  const place = random.below(bytes.length);
  bytes[place] = change(bytes[place] ?? 0);
  return bytes;
}

function piece(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const from = random.below(bytes.length + 1);
  return bytes.subarray(from, from + random.below(32));
}

/** `more` put in at some place, or over what is there. */
function spliced(bytes: Uint8Array, random: SeededRandom, more: Uint8Array): Uint8Array {
  const place = random.below(bytes.length + 1);
  const skip = random.below(2) === 0 ? 0 : Math.min(more.length, bytes.length - place);
  return Buffer.concat([bytes.subarray(0, place), more, bytes.subarray(place + skip)]);
}
