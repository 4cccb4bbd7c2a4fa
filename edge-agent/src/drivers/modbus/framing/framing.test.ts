import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePdu } from "../pdu.ts";
import { lrc } from "./ascii.ts";
import { crc16 } from "./crc16.ts";
import { type Frame, framingOf } from "./framing.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const shown = (bytes: Buffer) => (bytes.toString("hex").toUpperCase().match(/../g) ?? []).join(" ");
const SEED = { seed: 20_260_101, numRuns: 300 };

describe("frames of the manuals", () => {
  it.each([
    ["TUF-2000", 1, 3, 0, 10, "01 03 00 00 00 0A C5 CD"],
    ["Lorric", 1, 4, 0, 2, "01 04 00 00 00 02 71 CB"],
    ["TMS", 1, 3, 0, 2, "01 03 00 00 00 02 C4 0B"],
    ["ABB AquaMaster", 1, 4, 5032, 2, "01 04 13 A8 00 02 F4 AF"],
  ] as const)(
    "the request to a %s is exactly the manual's, CRC and all",
    (_, unitId, functionCode, address, quantity, frame) => {
      const pdu = encodePdu({ functionCode, address, quantity, words: quantity });
      expect(shown(framingOf("rtu").encode({ unitId, pdu }))).toBe(frame);
    },
  );

  it("ASCII and TCP put the same request into their own frames", () => {
    const pdu = encodePdu({ functionCode: 3, address: 107, quantity: 3, words: 3 });
    expect(framingOf("ascii").encode({ unitId: 17, pdu }).toString()).toBe(":1103006B00037E\r\n");
    expect(shown(framingOf("tcp").encode({ unitId: 17, pdu, transactionId: 0x1502 }))).toBe(
      "15 02 00 00 00 06 11 03 00 6B 00 03",
    );
  });
});

/** An answer to a read of holding registers. */
const answers = fc
  .record({
    unitId: fc.integer({ min: 1, max: 247 }),
    words: fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 125 }),
  })
  .map(({ unitId, words }): Frame => {
    const pdu = Buffer.alloc(2 + words.length * 2);
    pdu.set([3, words.length * 2]);
    for (const [at, word] of words.entries()) pdu.writeUInt16BE(word, 2 + at * 2);
    return { unitId, pdu };
  });

/** A decoder is given bytes in pieces cut where `cuts` says. */
function fed(name: "tcp" | "rtu" | "ascii", bytes: Buffer, cuts: readonly number[], unitId: number): Frame[] {
  const decoder = framingOf(name).decoder();
  const frames: Frame[] = [];
  let at = 0;
  for (const length of [...cuts, bytes.length]) {
    const piece = bytes.subarray(at, at + length);
    at += piece.length;
    if (piece.length > 0) frames.push(...decoder.push(piece, { unitId, functionCode: 3 }).frames);
  }
  return frames;
}

describe.each(["tcp", "rtu", "ascii"] as const)("%s framing", (name) => {
  const framing = framingOf(name);

  it("finds every answer again, however the stream is cut", () => {
    fc.assert(
      fc.property(answers, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }), (frame, cuts) => {
        const found = fed(name, framing.encode({ ...frame, transactionId: 7 }), cuts, frame.unitId);
        expect(found.map(({ unitId, pdu }) => [unitId, shown(pdu)])).toEqual([[frame.unitId, shown(frame.pdu)]]);
      }),
      SEED,
    );
  });

  it("finds two answers that arrive together", () => {
    fc.assert(
      fc.property(answers, (frame) => {
        const bytes = framing.encode(frame);
        expect(fed(name, Buffer.concat([bytes, bytes]), [], frame.unitId)).toHaveLength(2);
      }),
      SEED,
    );
  });
});

describe.each(["rtu", "ascii"] as const)("%s framing on a bad line", (name) => {
  const framing = framingOf(name);

  it("takes no answer of which one bit is wrong", () => {
    fc.assert(
      fc.property(answers, fc.nat(), fc.integer({ min: 0, max: 6 }), (frame, place, bit) => {
        const bytes = Buffer.from(framing.encode(frame));
        // Neither the colon of ASCII nor its line end is part of what the LRC checks.
        const at = name === "rtu" ? place % bytes.length : 1 + (place % (bytes.length - 3));
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const found = fed(name, bytes, [], frame.unitId);
        // Hex digits of either case are the same digits.
        const isSameText = bytes.toString().toUpperCase() === framing.encode(frame).toString().toUpperCase();
        expect(found).toHaveLength(name === "ascii" && isSameText ? 1 : 0);
      }),
      SEED,
    );
  });

  it("finds the answer behind rubbish", () => {
    fc.assert(
      fc.property(answers, fc.uint8Array({ minLength: 1, maxLength: 60 }), (frame, rubbish) => {
        const found = fed(name, Buffer.concat([rubbish, framing.encode(frame)]), [], frame.unitId);
        expect(shown(found.at(-1)?.pdu ?? Buffer.alloc(0))).toBe(shown(frame.pdu));
      }),
      SEED,
    );
  });
});

it("any bytes at all are read without a fault, and what is held stays bounded", () => {
  const decoders = (["tcp", "rtu", "ascii"] as const).map((name) => framingOf(name).decoder());
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.integer({ min: 0, max: 255 }), (bytes, unitId) => {
      for (const decoder of decoders) {
        decoder.push(Buffer.from(bytes), { unitId, functionCode: 3 });
        expect(decoder.held).toBeLessThan(1200);
      }
    }),
    SEED,
  );
});

it("a header that is none of Modbus TCP's says that the stream cannot be followed", () => {
  expect(framingOf("tcp").decoder().push(hex("00 01 00 07 00 05 01 03 02 00 01"), undefined).isBroken).toBe(true);
  expect(framingOf("tcp").decoder().push(hex("00 01 00 00 40 05 01 03 02 00 01"), undefined).isBroken).toBe(true);
});

it("the checks are those of the specification", () => {
  expect(crc16(hex("02 07"))).toBe(0x1241);
  expect(lrc(hex("02 03 00 00 00 01"))).toBe(0xfa);
});
