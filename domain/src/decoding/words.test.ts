import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RegisterShapeError } from "../errors.ts";
import { isByteOrder, PART_TYPES, type PartType, RegisterPart, WORDS_OF_TYPE } from "../wire/profiles/modbus-part.ts";
import { decodePart, decodeText, textToWords, wordsToText } from "./words.ts";

const SEED = { seed: 20_261, numRuns: 400 };

/** Bytes, highest first, as they travel in an order that names each of them. */
function travelling(bytes: Uint8Array, order: string): number[] {
  const sent = [...order].map((letter) => bytes[letter.charCodeAt(0) - 65] ?? 0);
  return Array.from({ length: sent.length / 2 }, (_, at) => ((sent[at * 2] ?? 0) << 8) | (sent[at * 2 + 1] ?? 0));
}

function bytesOf(count: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(count);
  write(new DataView(bytes.buffer));
  return bytes;
}

const anyOrder = (bytes: number) =>
  fc.shuffledSubarray([..."ABCDEFGH"].slice(0, bytes), { minLength: bytes }).map((letters) => letters.join(""));

describe("byte orders", () => {
  it("gives back a 16-bit number in both orders", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), anyOrder(2), (n, order) => {
        const bytes = bytesOf(2, (view) => view.setUint16(0, n));
        expect(decodePart(travelling(bytes, order), { type: "uint16", order })).toBe(n);
      }),
      SEED,
    );
  });

  it("gives back a 32-bit number in each of the 24 orders of its bytes", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), anyOrder(4), (n, order) => {
        const bytes = bytesOf(4, (view) => view.setInt32(0, n));
        expect(decodePart(travelling(bytes, order), { type: "int32", order })).toBe(n);
      }),
      SEED,
    );
  });

  it("gives back 48-bit and 64-bit numbers in any order, the six of makers among them", () => {
    const six = ["ABCDEFGH", "GHEFCDAB", "BADCFEHG", "HGFEDCBA", "EFGHABCD", "CDABGHEF"];
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.integer({ min: -(2 ** 47), max: 2 ** 47 - 1 }),
        fc.oneof(anyOrder(8), fc.constantFrom(...six)),
        anyOrder(6),
        (wide, n, order8, order6) => {
          const eight = bytesOf(8, (view) => view.setBigInt64(0, wide));
          expect(decodePart(travelling(eight, order8), { type: "int64", order: order8 })).toBe(wide);
          const six = bytesOf(8, (view) => view.setBigInt64(0, BigInt(n))).slice(2);
          expect(decodePart(travelling(six, order6), { type: "int48", order: order6 })).toBe(n);
        },
      ),
      SEED,
    );
  });

  it("takes the four-letter forms for every width as words and bytes swapped", () => {
    const words = [0x0102, 0x0304, 0x0506, 0x0708];
    const shown = (order: string) => (decodePart(words, { type: "uint64", order }) as bigint).toString(16);
    expect(["ABCD", "CDAB", "BADC", "DCBA"].map(shown)).toEqual([
      "102030405060708",
      "708050603040102",
      "201040306050807",
      "807060504030201",
    ]);
    expect(decodePart([0x0102], { type: "uint16", order: "BADC" })).toBe(0x0201);
  });

  it("knows what is an order of bytes and what is not", () => {
    expect(["AB", "BA", "CDAB", "EFGHABCD", "FEDCBA"].every(isByteOrder)).toBe(true);
    expect(["", "A", "AA", "ABCE", "ABCDX", "abcd", "ABC"].some(isByteOrder)).toBe(false);
    expect(RegisterPart.safeParse({ address: 0, type: "float32", order: "AB" }).success).toBe(false);
    expect(RegisterPart.safeParse({ address: 0, type: "float64", order: "GHEFCDAB" }).success).toBe(true);
  });
});

describe("number formats", () => {
  it("takes either byte of a word, with and without sign", () => {
    const byte = (type: PartType) => decodePart([0x80ff], { type });
    expect([byte("uint8hi"), byte("uint8lo"), byte("int8hi"), byte("int8lo")]).toEqual([128, 255, -128, -1]);
  });

  it("takes single bits and runs of bits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), fc.nat(15), fc.integer({ min: 1, max: 16 }), (word, bit, w) => {
        const width = Math.min(w, 16 - bit);
        expect(decodePart([word], { type: "bit", bit })).toBe(Math.floor(word / 2 ** bit) % 2);
        expect(decodePart([word], { type: "bits", bit, width })).toBe(Math.floor(word / 2 ** bit) % 2 ** width);
      }),
      SEED,
    );
  });

  it("gives back every half that is a number, and NaN for those that are none", () => {
    const half = (bits: number) => decodePart([bits], { type: "float16" });
    expect([0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff].map(half)).toEqual([1, -2, 0.333251953125, 2 ** -24, 65504]);
    expect([half(0x7e00), half(0x7c00)]).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
  });

  it("gives back packed decimals of every width, exactly", () => {
    const widths = [
      ["bcd16", 4],
      ["bcd32", 8],
      ["bcd48", 12],
      ["bcd64", 16],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...widths), fc.bigInt({ min: 0n, max: 10n ** 16n - 1n }), ([type, digits], n) => {
        const text = (n % 10n ** BigInt(digits)).toString().padStart(digits, "0");
        const words = text.match(/.{4}/g)?.map((four) => Number.parseInt(four, 16)) ?? [];
        expect(BigInt(decodePart(words, { type }))).toBe(BigInt(text));
      }),
      SEED,
    );
  });

  it("reads the sign of a packed decimal where the maker keeps it", () => {
    const bcd = (text: string, sign: "none" | "firstNibble" | "lastNibble") =>
      decodePart(textToWords(text), { type: "bcd32", sign });
    expect([bcd("0012 3456", "firstNibble"), bcd("F012 3456", "firstNibble")]).toEqual([123456, -123456]);
    expect([bcd("8012 3456", "firstNibble"), bcd("D000 0000", "firstNibble")]).toEqual([-123456, 0]);
    expect([bcd("0123 456C", "lastNibble"), bcd("0123 456D", "lastNibble")]).toEqual([123456, -123456]);
  });

  it("never takes what is no packed decimal for a number", () => {
    for (const [text, sign] of [
      ["00A2 3456", "none"],
      ["FFFF FFFF", "none"],
      ["1012 3456", "firstNibble"],
      ["0123 4567", "lastNibble"],
    ] as const)
      expect(decodePart(textToWords(text), { type: "bcd32", sign })).toBeNaN();
  });

  it("reads text without what pads it", () => {
    expect(decodeText(textToWords("4D41 4720 3630 3030 0000 FFFF"), { type: "string", words: 6 })).toBe("MAG 6000");
    expect(decodeText(textToWords("414D 2047 2020"), { type: "string", words: 3, order: "BADC" })).toBe("MAG");
    expect(() => decodePart([0x4142], { type: "string", words: 1 })).toThrow(RegisterShapeError);
  });

  it("says of any words whatever either a number or that their shape is wrong", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PART_TYPES),
        fc.array(fc.oneof(fc.nat(0xffff), fc.integer()), { maxLength: 5 }),
        (type, words) => {
          const fits = words.length === WORDS_OF_TYPE[type] && words.every((word) => word >= 0 && word <= 0xffff);
          if (fits && type !== "string") expect(["number", "bigint"]).toContain(typeof decodePart(words, { type }));
          else expect(() => decodePart(words, { type })).toThrow(RegisterShapeError);
        },
      ),
      SEED,
    );
  });

  it("writes words as a profile does, and reads them back", () => {
    expect(wordsToText(textToWords("40FE 240C"))).toBe("40FE 240C");
  });
});
