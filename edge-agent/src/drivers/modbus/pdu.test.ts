import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModbusRequest } from "./line.ts";
import { decodePdu, encodePdu } from "./pdu.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const shown = (bytes: Buffer) => (bytes.toString("hex").toUpperCase().match(/../g) ?? []).join(" ");

// Requests and answers are the examples of the Modbus Application Protocol V1.1b3.
describe.each<[string, ModbusRequest, string, string, object]>([
  [
    "reads coils",
    { functionCode: 1, address: 0x13, quantity: 0x13, words: 0x13 },
    "01 00 13 00 13",
    "01 03 CD 6B 05",
    { kind: "words", words: [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1] },
  ],
  [
    "reads discrete inputs",
    { functionCode: 2, address: 0xc4, quantity: 10, words: 10 },
    "02 00 C4 00 0A",
    "02 02 AC 01",
    { kind: "words", words: [0, 0, 1, 1, 0, 1, 0, 1, 1, 0] },
  ],
  [
    "reads holding registers",
    { functionCode: 3, address: 0x6b, quantity: 3, words: 3 },
    "03 00 6B 00 03",
    "03 06 02 2B 00 00 00 64",
    { kind: "words", words: [0x022b, 0, 0x64] },
  ],
  [
    "reads input registers",
    { functionCode: 4, address: 8, quantity: 1, words: 1 },
    "04 00 08 00 01",
    "04 02 00 0A",
    { kind: "words", words: [10] },
  ],
  [
    "reads 32-bit registers of Enron, of which each answers two words",
    { functionCode: 3, address: 7001, quantity: 1, words: 2 },
    "03 1B 59 00 01",
    "03 04 48 9F 90 60",
    { kind: "words", words: [0x489f, 0x9060] },
  ],
  [
    "sets a coil",
    { functionCode: 5, address: 0xac, values: [1] },
    "05 00 AC FF 00",
    "05 00 AC FF 00",
    { kind: "written" },
  ],
  [
    "sets a word",
    { functionCode: 6, address: 1, values: [3] },
    "06 00 01 00 03",
    "06 00 01 00 03",
    { kind: "written" },
  ],
  [
    "sets coils",
    { functionCode: 15, address: 0x13, values: [1, 0, 1, 1, 0, 0, 1, 1, 1, 0] },
    "0F 00 13 00 0A 02 CD 01",
    "0F 00 13 00 0A",
    { kind: "written" },
  ],
  [
    "sets words",
    { functionCode: 16, address: 1, values: [10, 0x0102] },
    "10 00 01 00 02 04 00 0A 01 02",
    "10 00 01 00 02",
    { kind: "written" },
  ],
])("a request that %s", (_, request, asked, answered, meaning) => {
  it("is what the specification says, and so is its answer", () => {
    expect(shown(encodePdu(request))).toBe(asked);
    expect(decodePdu(request, hex(answered))).toEqual(meaning);
  });

  it("gets an exception in words, and no answer of another function", () => {
    const exception = Buffer.from([request.functionCode | 0x80, 2]);
    expect(decodePdu(request, exception)).toMatchObject({
      kind: "exception",
      code: 2,
      text: expect.stringContaining("no such address"),
    });
    expect(decodePdu(request, Buffer.from([0x2b, 1, 2]))).toBeUndefined();
  });

  it("never takes a wrong length for an answer", () => {
    for (const pdu of [hex(answered).subarray(0, -1), Buffer.concat([hex(answered), hex("00")])])
      expect(decodePdu(request, pdu)).toMatchObject({ kind: "exception", code: 0 });
  });
});

it("words come back as they were sent", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 125 }), (words) => {
      const pdu = Buffer.alloc(2 + words.length * 2);
      pdu.set([4, words.length * 2]);
      for (const [at, word] of words.entries()) pdu.writeUInt16BE(word, 2 + at * 2);
      const request = { functionCode: 4, address: 0, quantity: words.length, words: words.length } as const;
      expect(decodePdu(request, pdu)).toEqual({ kind: "words", words });
    }),
    { seed: 7 },
  );
});
