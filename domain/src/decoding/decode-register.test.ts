import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RegisterShapeError } from "../errors.ts";
import { ProfileRegister } from "../wire/profiles/modbus-register.ts";
import { wholeCounts } from "./counts.ts";
import { decodeRegister } from "./decode-register.ts";
import { decodePart } from "./words.ts";

const SEED = { seed: 20_260, numRuns: 500 };
const LITRE = { unit: "m3", resolution: 0.001 } as const;

function wordsIn(order: "ABCD" | "CDAB" | "BADC" | "DCBA", bytes: Buffer): number[] {
  const words = Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readUInt16BE(at * 2));
  if (order === "CDAB" || order === "DCBA") words.reverse();
  const swap = order === "BADC" || order === "DCBA";
  return words.map((word) => (swap ? ((word & 0xff) << 8) | (word >> 8) : word));
}

function float32(value: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return wordsIn("ABCD", bytes);
}

const total = (part: object, more: object = {}) =>
  ProfileRegister.parse({
    quantity: "forward_total",
    functionCode: 3,
    unit: "m3",
    resolution: 0.001,
    parts: [{ address: 0, ...part }],
    ...more,
  });

const orders = fc.constantFrom("ABCD", "CDAB", "BADC", "DCBA" as const);

describe("decoding words", () => {
  it("gives back every 32-bit integer in each of the four byte orders", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), orders, (n, order) => {
        const bytes = Buffer.alloc(4);
        bytes.writeInt32BE(n);
        expect(decodePart(wordsIn(order, bytes), { type: "int32", order })).toBe(n);
        expect(decodePart(wordsIn(order, bytes), { type: "uint32", order })).toBe(n >>> 0);
      }),
      SEED,
    );
  });

  it("gives back every 64-bit integer and double in each order", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.double(), orders, (n, d, order) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64BE(n);
        expect(decodePart(wordsIn(order, bytes), { type: "int64", order })).toBe(n);
        bytes.writeDoubleBE(d);
        expect(decodePart(wordsIn(order, bytes), { type: "float64", order })).toBe(d);
      }),
      SEED,
    );
  });

  it("refuses words that are too few or no 16-bit integers", () => {
    expect(() => decodePart([1], { type: "int32", order: "ABCD" })).toThrow(RegisterShapeError);
    expect(() => decodePart([1, 65_536], { type: "int32", order: "ABCD" })).toThrow(RegisterShapeError);
  });
});

describe("decoding totals", () => {
  it("a double total comes back as the exact count of litres", () => {
    const register = total({ type: "float64" });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (counts) => {
        const bytes = Buffer.alloc(8);
        bytes.writeDoubleBE(counts / 1000);
        expect(decodeRegister(register, [wordsIn("ABCD", bytes)], LITRE)).toEqual({ value: counts });
      }),
      SEED,
    );
  });

  it("an integer with its fraction comes back as the exact count of litres", () => {
    const register = total(
      { type: "int32" },
      {
        composition: "intPlusFraction",
        parts: [
          { address: 0, type: "int32" },
          { address: 2, type: "float32" },
        ],
      },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 999 }), (whole, litres) => {
        const bytes = Buffer.alloc(4);
        bytes.writeInt32BE(whole);
        const words = [wordsIn("ABCD", bytes), float32(litres / 1000)];
        expect(decodeRegister(register, words, LITRE)).toEqual({ value: whole * 1000 + litres });
      }),
      SEED,
    );
  });

  it("hundreds and rest come back as the exact count of hundredths", () => {
    const register = total(
      { type: "float32" },
      {
        unit: "Sm3",
        quantity: "vb_total",
        resolution: 0.01,
        composition: "hundredsPlusRest",
        parts: [
          { address: 0, type: "float32" },
          { address: 2, type: "float32" },
        ],
      },
    );
    const target = { unit: "Sm3", resolution: 0.01 } as const;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 24 }), fc.integer({ min: 0, max: 9999 }), (hundreds, cents) => {
        const words = [float32(hundreds), float32(cents / 100)];
        expect(decodeRegister(register, words, target)).toEqual({ value: hundreds * 10_000 + cents });
      }),
      SEED,
    );
  });

  it("a millilitre total wider than 2^53 stays exact, and the golden one is 123456.789 m³", () => {
    const register = total({ type: "int64" }, { scale: 1e-6, resolution: 1e-6 });
    const golden = [0x0000, 0x001c, 0xbe99, 0x1a08];
    expect(decodeRegister(register, [golden], { unit: "m3", resolution: 1e-6 })).toEqual({ value: 123_456_789_000 });
    expect(decodeRegister(register, [golden], LITRE)).toEqual({ value: 123_456_789 });
    const wide = [0x7fff, 0xffff, 0xffff, 0xffff];
    expect(decodeRegister(register, [wide], { unit: "m3", resolution: 1e-6 })).toEqual({ value: 2n ** 63n - 1n });
  });

  it("a word that says no value, NaN, and a double beyond counting are missing, never zero", () => {
    const sentinel = total({ type: "uint32", sentinels: ["FFFF FFFF"] });
    expect(decodeRegister(sentinel, [[0xffff, 0xffff]], LITRE)).toEqual({ missing: "sentinel" });
    expect(decodeRegister(total({ type: "float32" }), [[0x7fc0, 0]], LITRE)).toEqual({ missing: "not_a_number" });
    const huge = [0x7fe0, 0, 0, 0];
    expect(decodeRegister(total({ type: "float64" }), [huge], LITRE)).toEqual({ missing: "not_a_number" });
  });

  it("integers scaled up or down by a whole number are never rounded twice", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => {
        expect(wholeCounts(n, 1000)).toBe(n * 1000n);
        expect(wholeCounts(n * 1000n, 0.001)).toBe(n);
      }),
      SEED,
    );
  });

  it("an offset in the register's unit is added exactly, so that a pulse counter shows the dial", () => {
    const register = total({ type: "uint32" }, { unit: "L", scale: 10, offset: 123_456, resolution: 1 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (pulses) => {
        const words = [[Math.floor(pulses / 65_536), pulses % 65_536]];
        expect(decodeRegister(register, words, LITRE)).toEqual({ value: pulses * 10 + 123_456 });
      }),
      SEED,
    );
  });

  it("parts with weights of their own are summed exactly, and what is between two counts is rounded once", () => {
    const parts = [
      { address: 0, type: "uint32", weight: 1 },
      { address: 2, type: "uint32", weight: 0.001 },
      { address: 4, type: "uint32", weight: 1e9 },
    ];
    const register = total({}, { composition: "weightedSum", parts });
    const words = [
      [0x0001, 0xe240],
      [0, 789],
      [0, 2],
    ];
    expect(decodeRegister(register, words, LITRE)).toEqual({ value: 2_000_123_456_789 });
    const coarse = total({}, { composition: "weightedSum", parts: parts.map((part) => ({ ...part, weight: 0.0004 })) });
    expect(
      decodeRegister(
        coarse,
        [
          [0, 1],
          [0, 1],
          [0, 1],
        ],
        LITRE,
      ),
    ).toEqual({ value: 1 });
  });
});

describe("what another register says of a value", () => {
  const flow = (more: object) =>
    ProfileRegister.parse({
      quantity: "flow",
      functionCode: 3,
      unit: "m3/h",
      parts: [{ address: 0, type: "uint16" }],
      ...more,
    });
  const target = { unit: "m3/h" } as const;
  const part = { address: 1, type: "uint16" };

  it("turns it around by a sign, and gives none for a sign that is neither", () => {
    const register = flow({ sign: { part, negative: [1], positive: [0] } });
    expect(decodeRegister(register, [[45], [0]], target)).toEqual({ value: 45 });
    expect(decodeRegister(register, [[45], [1]], target)).toEqual({ value: -45 });
    expect(decodeRegister(register, [[45], [2]], target)).toEqual({ missing: "bad_status" });
  });

  it("scales it by a unit code, and gives none for a unit that the profile does not know", () => {
    const register = flow({ unitCode: { part, factors: { "1": 1, "2": 3.6 } } });
    expect(decodeRegister(register, [[10], [1]], target)).toEqual({ value: 10 });
    expect(decodeRegister(register, [[10], [2]], target)).toEqual({ value: 36 });
    expect(decodeRegister(register, [[10], [3]], target)).toEqual({ missing: "bad_status" });
  });

  it("scales a total by an exponent, exactly, and gives none beyond what the profile allows", () => {
    const register = total(
      { type: "uint32" },
      { exponent: { part: { address: 2, type: "int16" }, add: -3, min: -3, max: 3 } },
    );
    const read = (exponent: number) => decodeRegister(register, [[0x0001, 0xe240], [exponent & 0xffff]], LITRE);
    expect([read(3), read(0), read(4)]).toEqual([{ value: 123_456_000 }, { value: 123_456 }, { value: 1_234_560_000 }]);
    expect([read(-1), read(7)]).toEqual([{ missing: "bad_status" }, { missing: "bad_status" }]);
  });

  it("never gives a number that is none, whatever the words", () => {
    const register = total(
      { type: "float64" },
      {
        exponent: { part: { address: 4, type: "int16" }, min: -20, max: 20 },
        sign: { part: { address: 5, type: "uint16" }, negative: [1] },
      },
    );
    const word = fc.nat(0xffff);
    fc.assert(
      fc.property(fc.array(word, { minLength: 4, maxLength: 4 }), word, word, (eight, sign, exponent) => {
        for (const target of [LITRE, { unit: "m3" } as const]) {
          const decoded = decodeRegister(register, [eight, [sign], [exponent]], target);
          if ("value" in decoded && typeof decoded.value === "number")
            expect(Number.isFinite(decoded.value)).toBe(true);
        }
      }),
      SEED,
    );
  });
});
