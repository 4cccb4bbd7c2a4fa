import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cjt188FrameError } from "./errors.ts";
import { type Cjt188Frame, Cjt188Scanner, decodeCjt188Frame, encodeCjt188Frame } from "./frame.ts";

const REQUEST = "FE FE FE FE 68 10 78 56 34 12 00 11 11 01 03 1F 90 00 61 16";
const ANSWER =
  "68 10 78 56 34 12 00 11 11 81 16 1F 90 00 78 56 34 12 2C 00 00 00 12 2C 59 59 23 31 01 26 20 04 00 C3 16";
const bytesOf = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const textOf = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");

const frames = fc.record({
  meterType: fc.integer({ min: 0, max: 255 }),
  address: fc.stringMatching(/^[0-9A-F]{14}$/),
  control: fc.integer({ min: 0, max: 255 }),
  data: fc.uint8Array({ maxLength: 64 }),
});

describe("a CJ/T 188 frame", () => {
  it("is written as the golden request", () => {
    const data = bytesOf("1F 90 00");
    const frame = { meterType: 0x10, address: "11110012345678", control: 0x01, data };
    expect(textOf(encodeCjt188Frame(frame, 4))).toBe(REQUEST);
  });

  it("is read from the golden answer", () => {
    const { address, meterType, control, data } = decodeCjt188Frame(bytesOf(ANSWER));
    expect({ address, meterType, control, length: data.length }).toEqual({
      address: "11110012345678",
      meterType: 0x10,
      control: 0x81,
      length: 22,
    });
  });

  it.each([
    ["a wrong sum", ANSWER.replace("C3 16", "C4 16"), "the sum is wrong"],
    ["another end", ANSWER.replace("C3 16", "C3 17"), "ends with 16h"],
    ["a byte too few", ANSWER.slice(0, -3), "is cut"],
    ["a byte too many", `${ANSWER} 00`, "follow the frame"],
    ["another start", "69 10", "begins with 68h"],
    ["wake-up bytes only", "FE FE FE", "begins with 68h"],
    ["a start only", "68", "is cut"],
  ])("with %s is refused with the reason", (_, text, reason) => {
    expect(() => decodeCjt188Frame(bytesOf(text))).toThrow(Cjt188FrameError);
    expect(() => decodeCjt188Frame(bytesOf(text))).toThrow(reason);
  });

  it("comes back from its bytes, whatever it holds", () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 0, max: 8 }), (frame, preamble) => {
        expect(decodeCjt188Frame(encodeCjt188Frame(frame, preamble))).toEqual({
          ...frame,
          data: Uint8Array.from(frame.data),
        });
      }),
      { seed: 188 },
    );
  });
});

describe("a scanner of a CJ/T 188 line", () => {
  it("finds frames whole however the line cuts them", () => {
    const stream = Buffer.concat([bytesOf(REQUEST), bytesOf(`FE FE ${ANSWER}`), bytesOf(ANSWER)]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: stream.length - 1 })), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const scanner = new Cjt188Scanner();
        const found = at.slice(1).flatMap((end, i) => scanner.push(stream.subarray(at[i], end)));
        expect(found.map(({ control }) => control)).toEqual([0x01, 0x81, 0x81]);
        expect(scanner.skippedBytes).toBe(0);
      }),
      { seed: 9 },
    );
  });

  it("finds two frames that came at once, and counts the noise between them", () => {
    const scanner = new Cjt188Scanner();
    expect(scanner.push(bytesOf(`00 FF ${ANSWER} 55 16 ${ANSWER}`))).toHaveLength(2);
    expect(scanner.skippedBytes).toBe(4);
  });

  it("goes past a start byte that was noise, though the length after it promises more", () => {
    const scanner = new Cjt188Scanner();
    expect(scanner.push(bytesOf(`68 10 ${ANSWER}`))).toHaveLength(1);
  });

  it("drops a damaged frame and finds the next", () => {
    const scanner = new Cjt188Scanner();
    expect(scanner.push(bytesOf(ANSWER.replace("C3 16", "C4 16")))).toEqual([]);
    expect(scanner.push(bytesOf(ANSWER))).toHaveLength(1);
  });

  it("holds a bounded rest, whatever comes", () => {
    const scanner = new Cjt188Scanner();
    const frame: Cjt188Frame = decodeCjt188Frame(bytesOf(ANSWER));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        scanner.push(noise);
        scanner.clear();
        expect(scanner.push(encodeCjt188Frame(frame))).toEqual([frame]);
      }),
      { seed: 4 },
    );
  });
});
