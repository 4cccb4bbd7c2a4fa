import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isId } from "../ids.ts";
import { FLAG_NAMES, flagsToBits } from "../quality.ts";
import {
  type Batch,
  decodeBatch,
  encodeBatch,
  faultOfWireReading,
  MAX_BATCH_READINGS,
  type WireReading,
} from "./batch.ts";
import { BatchScanner, hashOfId } from "./batch-scanner.ts";

const SEED = 20261123;
const scanner = new BatchScanner();
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What the scanner read, in the words of the JSON path; undefined when it declined. */
function scanned(bytes: Uint8Array) {
  if (!scanner.scan(bytes)) return undefined;
  const { origin, epoch, seq, sentAt } = scanner;
  const readings = Array.from({ length: scanner.length }, (_, row) => ({
    channel: textOf(bytes.subarray(scanner.idStarts[row], scanner.idEnds[row])),
    hash: scanner.idHashes[row],
    readAtMs: scanner.readAtMs[row],
    value: scanner.values[row],
    quality: scanner.qualities[row],
    flags: scanner.flags[row],
  }));
  return { v: 1, origin, epoch, seq, sentAt, readings };
}

/** What JSON and the check of each reading make of the same payload; throws where it is no batch of sound readings. */
function decoded(bytes: Uint8Array) {
  const batch: Batch = decodeBatch(bytes);
  expect(batch.readings.map(faultOfWireReading)).toEqual(batch.readings.map(() => undefined));
  const readings = (batch.readings as WireReading[]).map(([channel, readAtMs, value, quality, names = []]) => {
    expect(isId(channel)).toBe(true);
    const id = bytesOf(channel);
    const hash = hashOfId(id, 0, id.length);
    return { channel, hash, readAtMs, value: value ?? Number.NaN, quality, flags: flagsToBits(names) };
  });
  return { ...batch, readings };
}

const id = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/);
const readAtMs = fc.integer({ min: 0, max: 999_999_999_999_999 });
const value = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer().map((count) => count / 1000),
);
const flags = fc.array(fc.constantFrom(...FLAG_NAMES, "invented_later"), { maxLength: 6 });
const reading: fc.Arbitrary<WireReading> = fc.oneof(
  fc.tuple(id, readAtMs, value, fc.constantFrom(0, 1)),
  fc.tuple(id, readAtMs, value, fc.constantFrom(0, 1), flags),
  fc.tuple(id, readAtMs, fc.constant(null), fc.constant(2), flags),
);
const batch = fc.record({
  origin: fc.constantFrom("live" as const, "import" as const),
  epoch: id,
  seq: fc.integer({ min: 1, max: 999_999_999_999_999 }),
  sentAt: readAtMs,
  readings: fc.array(reading, { maxLength: 5 }),
});

describe("the scanner of batches", () => {
  it("takes whatever an agent writes, and reads it as JSON does", () => {
    fc.assert(
      fc.property(batch, (sent) => {
        const bytes = bytesOf(encodeBatch(sent));
        expect(scanned(bytes)).toEqual(decoded(bytes));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it("never reads a payload with some changed bytes otherwise than JSON does", () => {
    const spoil = fc.record({
      at: fc.nat(),
      cut: fc.nat(2),
      put: fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 2 })),
    });
    fc.assert(
      fc.property(batch, fc.array(spoil, { minLength: 1, maxLength: 3 }), (sent, spoils) => {
        let text = encodeBatch(sent);
        for (const { at, cut, put } of spoils)
          text = text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut);
        const bytes = bytesOf(text);
        const found = scanned(bytes);
        if (found !== undefined) expect(found).toEqual(decoded(bytes));
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });

  it.each([
    "0",
    "-0",
    "7",
    "-7",
    "0.5",
    "-0.001",
    "123456789012345",
    "9007199254740993",
    "0.1234567890123456789",
    "1e3",
    "1E-7",
    "2.5e+2",
    "5e-324",
  ])("reads %s as JSON does", (number) => {
    expect(scanned(payload(`["c",1,${number},0]`))?.readings[0]?.value).toBe(JSON.parse(number));
  });

  it.each<[string, string]>([
    ["a number with a leading zero", '["c",1,01,0]'],
    ["a number beyond all doubles", '["c",1,1e999,0]'],
    ["half a number", '["c",1,1.,0]'],
    ["a sign alone", '["c",1,-,0]'],
    ["a plus", '["c",1,+1,0]'],
    ["an exponent without digits", '["c",1,1e,0]'],
    ["a decimal string", '["c",1,"90071992547409931",0]'],
    ["a value on a missing reading", '["c",1,5,2]'],
    ["no value on a good one", '["c",1,null,0]'],
    ["an unknown quality", '["c",1,5,3]'],
    ["a quality of two digits", '["c",1,5,00]'],
    ["a blank", '["c", 1,5,0]'],
    ["an escape in an id", '["\\u0063",1,5,0]'],
    ["an id of none", '["",1,5,0]'],
    ["an id too long", `["${"x".repeat(65)}",1,5,0]`],
    ["an id with other letters", '["表",1,5,0]'],
    ["a time before 1970", '["c",-1,5,0]'],
    ["a time with decimals", '["c",1.5,5,0]'],
    ["a sixth element", '["c",1,5,0,[],1]'],
    ["too many flags", `["c",1,5,0,[${Array(33).fill('"gap"').join()}]]`],
    ["an escape in a flag", '["c",1,5,0,["g\\u0061p"]]'],
    ["a comma at the end", '["c",1,5,0],'],
  ])("declines %s", (_what, readings) => {
    expect(scanned(payload(readings))).toBeUndefined();
  });

  it("declines an envelope that an agent would not write", () => {
    const good = textOf(payload('["c",1,5,0]'));
    expect(scanned(bytesOf(good))).toBeDefined();
    const others = [
      `${good} `,
      ` ${good}`,
      `\uFEFF${good}`,
      good.replace('"v":1', '"v":2'),
      good.replace('"v":1', '"v":1,"v":1'),
      good.replace('"seq":1', '"seq":0'),
      good.replace('"seq":1', '"seq":1,"seq":2'),
      good.replace("]}", '],"more":1}'),
      good.slice(0, -1),
      good.replace("live", "test"),
    ];
    for (const other of others) expect(scanned(bytesOf(other)), other).toBeUndefined();
  });

  it("takes as many readings as a batch may have, and no more", () => {
    const many = (count: number) => payload(Array(count).fill('["c",1,5,0]').join());
    expect(scanned(many(MAX_BATCH_READINGS))?.readings).toHaveLength(MAX_BATCH_READINGS);
    expect(scanned(many(MAX_BATCH_READINGS + 1))).toBeUndefined();
    expect(scanned(many(0))?.readings).toEqual([]);
  });
});

const PIECES = [
  '"',
  "\\",
  ",",
  "[",
  "]",
  "{",
  "}",
  ":",
  "0",
  "1",
  "-",
  ".",
  "e",
  "null",
  "true",
  " ",
  "\\u0030",
  '"v":1,',
  '["c",1,5,0]',
] as const;

function payload(readings: string): Uint8Array {
  return bytesOf(`{"v":1,"origin":"live","epoch":"e","seq":1,"sentAt":5,"readings":[${readings}]}`);
}
