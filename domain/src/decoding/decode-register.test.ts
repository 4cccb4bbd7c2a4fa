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
});
