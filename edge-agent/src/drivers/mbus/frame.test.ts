import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MbusFrameError } from "./errors.ts";
import { decodeMbusFrame, encodeMbusFrame, MBUS_CONTROL, MBUS_FCB, type MbusFrame, MbusScanner } from "./frame.ts";
import { decodeIdentity, decodeMbusHeader, encodeIdentity, makerCode, makerOf } from "./header.ts";
import { CAPTURED_FRAMES } from "./testing/captured-frames.ts";

const bytesOf = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex").toUpperCase();
const CAPTURED = bytesOf(CAPTURED_FRAMES[0]?.frame ?? "");
const byte = fc.integer({ min: 0, max: 255 });

const frames: fc.Arbitrary<MbusFrame> = fc.oneof(
  fc.record({ kind: fc.constant("short" as const), control: byte, address: byte }),
  fc.record({
    kind: fc.constant("long" as const),
    control: byte,
    address: byte,
    ci: byte,
    data: fc.uint8Array({ maxLength: 252 }),
  }),
);

describe("an M-Bus frame", () => {
  it("wakes, asks and asks anew as EN 13757-2 writes it", () => {
    const at = (control: number) => hexOf(encodeMbusFrame({ kind: "short", control, address: 1 }));
    expect(at(MBUS_CONTROL.sndNke)).toBe("1040014116");
    expect(at(MBUS_CONTROL.reqUd2)).toBe("105B015C16");
    expect(at(MBUS_CONTROL.reqUd2 | MBUS_FCB)).toBe("107B017C16");
  });

  it("comes back from its bytes, whatever it holds", () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const data = "data" in frame ? { data: Uint8Array.from(frame.data) } : {};
        expect(decodeMbusFrame(encodeMbusFrame(frame))).toEqual({ ...frame, ...data });
      }),
      { seed: 2 },
    );
  });

  it.each([
    ["a wrong sum", "10 5B 01 5D 16"],
    ["a wrong end", "10 5B 01 5C 17"],
    ["lengths that differ", "68 03 04 68 08 01 72 7B 16"],
    ["a cut", "68 03 03 68 08 01"],
    ["more than one frame", "E5 E5"],
    ["nothing", ""],
  ])("with %s is refused", (_, text) => {
    expect(() => decodeMbusFrame(bytesOf(text))).toThrow(MbusFrameError);
  });
});

describe("a scanner of an M-Bus line", () => {
  it("finds frames whole however the line cuts them", () => {
    const stream = Buffer.concat([bytesOf("E5"), CAPTURED, bytesOf("10 5B 01 5C 16"), CAPTURED]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const scanner = new MbusScanner();
        const found = at.slice(1).flatMap((end, i) => scanner.push(stream.subarray(at[i], end)));
        expect(found.map(({ kind }) => kind)).toEqual(["ack", "long", "short", "long"]);
      }),
      { seed: 3 },
    );
  });

  it("goes past noise and a damaged frame", () => {
    const scanner = new MbusScanner();
    const damaged = Buffer.from(CAPTURED);
    damaged[20] = (damaged[20] ?? 0) ^ 0xff;
    const found = scanner.push(Buffer.concat([bytesOf("00 FF"), damaged, CAPTURED]));
    expect(found.filter(({ kind }) => kind === "long")).toHaveLength(1);
  });
});

describe("who a meter is", () => {
  it("is three letters in fifteen bits", () => {
    expect(makerOf(0x2c2d)).toBe("KAM");
    expect(makerCode("KAM")).toBe(0x2c2d);
  });

  it("comes back from its bytes", () => {
    const identity = { maker: "ELS", number: "12345678", version: 0x33, medium: 3 };
    expect(decodeIdentity(encodeIdentity(identity))).toEqual(identity);
  });

  it("is not read from the fixed structure of old meters, which is told", () => {
    expect(() => decodeMbusHeader(0x73, new Uint8Array(16))).toThrow("control information 73");
  });
});
