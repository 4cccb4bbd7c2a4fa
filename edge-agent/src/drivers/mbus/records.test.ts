import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MbusDataError } from "./errors.ts";
import { decodeMbusFrame } from "./frame.ts";
import { decodeMbusHeader } from "./header.ts";
import { decodeMbusRecords, type MbusRecord } from "./records.ts";
import { findRecord, parseSelector } from "./selector.ts";
import { CAPTURED_FRAMES } from "./testing/captured-frames.ts";

const bytesOf = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const recordsOf = (text: string) => decodeMbusRecords(bytesOf(text)).records;

/** What a record shows, in its unit. */
function shown({ value, exponent, factor }: MbusRecord): number | string | null {
  if (value.kind === "integer") return Number((Number(value.digits) * factor * 10 ** exponent).toPrecision(15));
  if (value.kind === "float") return value.number * factor * 10 ** exponent;
  if (value.kind === "instant") return value.instant === null ? null : new Date(value.instant.localMs).toISOString();
  return value.kind === "text" ? value.text : null;
}

describe.each(CAPTURED_FRAMES)("the frame of $name", ({ frame, identity, shows, makerBytes }) => {
  const decoded = decodeMbusFrame(bytesOf(frame));
  if (decoded.kind !== "long") throw new Error("not a long frame");
  const header = decodeMbusHeader(decoded.ci, decoded.data);
  const { records, makerBytes: rest } = decodeMbusRecords(header.body);

  it("says who the meter is", () => {
    expect(header.identity).toMatchObject(identity);
  });

  it.each(Object.entries(shows))("shows %s as the published reading of it", (selector, value) => {
    const parsed = parseSelector(selector);
    const record =
      parsed === undefined ? records.find(({ quantity }) => quantity === selector) : findRecord(records, parsed);
    expect(record === undefined ? undefined : shown(record)).toBe(value);
  });

  it("passes the maker's own bytes by", () => {
    expect(rest.length).toBe(makerBytes);
  });
});

describe("a record", () => {
  // DOMAIN 5.4, Kamstrup flowIQ: volume, flow with its extremes, target volume.
  it("is one of Kamstrup's water meter as its manual lists them", () => {
    const records = recordsOf("04 13 15 CD 5B 07 02 3B 2C 01 22 3B 05 00 12 3B 90 01 44 13 00 00 00 00");
    const read = (text: string) => {
      const selector = parseSelector(text);
      const record = selector && findRecord(records, selector);
      return record && shown(record);
    };
    expect(read("volume")).toBe(123456.789);
    expect(read("flow")).toBe(0.3);
    expect(read("flow.min")).toBe(0.005);
    expect(read("flow.max")).toBe(0.4);
    expect(read("volume.s1")).toBe(0);
  });

  it.each([
    ["a signed integer of each width", "01 13 FF", -0.001],
    ["two bytes", "02 13 FF FF", -0.001],
    ["three bytes", "03 13 FE FF FF", -0.002],
    ["six bytes", "06 13 FF FF FF FF FF 7F", 140737488355.327],
    ["BCD with a minus sign", "0A 5A 34 F2", -23.4],
    ["BCD of twelve digits", "0E 13 12 90 78 56 34 12", 123456789.012],
    ["a real", "05 3E 00 00 C0 3F", 1.5],
    ["digits of a length of its own", "0D 13 C4 78 56 34 12", 12345.678],
    ["negative digits of a length of its own", "0D 13 D2 34 12", -1.234],
    ["litres a minute", "02 43 0A 00", 0.06],
    ["cubic metres a second", "02 4B 0A 00", 0.036],
    ["a factor of a thousand", "02 94 7D 05 00", 50],
    ["a tenth by extension", "02 94 75 05 00", 0.005],
  ])("reads %s", (_, text, value) => {
    const [record] = recordsOf(text);
    expect(record && shown(record)).toBeCloseTo(value, 9);
  });

  it("keeps 64 bits exact", () => {
    const [record] = recordsOf("07 10 08 18 99 BE 1C 00 00 80");
    expect(record?.value).toEqual({ kind: "integer", digits: -9223371913397987320n });
  });

  it("with digits that are none has no value", () => {
    expect(recordsOf("0C 13 FF FF FF FF")[0]?.value).toEqual({ kind: "none" });
  });

  it("of what flows back is no forward volume", () => {
    const records = recordsOf("04 93 3C 05 00 00 00");
    const [plain, reverse] = ["volume", "volume.reverse"].map((text) => parseSelector(text));
    if (plain === undefined || reverse === undefined) throw new Error("no selectors");
    expect(findRecord(records, plain)).toBeUndefined();
    expect(findRecord(records, reverse)).toBeDefined();
  });

  it("with an extension that is not understood feeds no channel", () => {
    const volume = parseSelector("volume");
    const records = recordsOf("04 94 7F 14 00 00 00 04 14 3D 30 00 00");
    const found = volume && findRecord(records, volume);
    expect(found && shown(found)).toBe(123.49);
  });

  it("says where its storage number, tariff and subunit are spread over extensions", () => {
    const [record] = recordsOf("C4 D1 22 13 00 00 00 00");
    expect(record).toMatchObject({ storage: 1 + 1 * 2 + 2 * 32, tariff: 1 + 2 * 4, subunit: 1 });
  });

  it.each([
    ["date and time", "04 6D 1A 2F 65 11", "2011-01-05T15:26:00.000Z"],
    ["date", "02 6C 5F 1C", "2010-12-31T00:00:00.000Z"],
    ["date and time with seconds", "06 6D 1E 1A 0F 65 11 00", "2011-01-05T15:26:30.000Z"],
  ])("reads a %s", (_, text, value) => {
    const [record] = recordsOf(text);
    expect(record && shown(record)).toBe(value);
  });

  it.each([
    ["no date yet", "02 6C 00 00"],
    ["31 February", "02 6C 5F 12"],
  ])("with %s has no instant", (_, text) => {
    expect(recordsOf(text)[0]?.value).toEqual({ kind: "instant", instant: null });
  });

  it("tells a clock that its meter does not believe", () => {
    const [record] = recordsOf("04 6D 9A 2F 65 11");
    expect(record?.value).toMatchObject({ instant: { isInvalid: true } });
  });

  it.each([
    ["a cut number", "04 13 00 00"],
    ["a cut extension", "84"],
    ["a reserved field", "3F 00"],
    ["a reserved length", "0D 13 FB 00"],
    ["eleven extensions", "84 80 80 80 80 80 80 80 80 80 80 00 13 00 00 00 00"],
  ])("with %s is refused", (_, text) => {
    expect(() => recordsOf(text)).toThrow(MbusDataError);
  });

  it("throws nothing but its own errors, whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          decodeMbusRecords(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MbusDataError);
        }
      }),
      { seed: 13757, numRuns: 2000 },
    );
  });

  it("says that a further telegram follows", () => {
    expect(decodeMbusRecords(bytesOf("04 13 00 00 00 00 1F 01 02")).hasMore).toBe(true);
    expect(decodeMbusRecords(bytesOf("04 13 00 00 00 00 0F 01 02")).hasMore).toBe(false);
  });
});

describe("a selector", () => {
  it.each(["volume", "volume.s1", "flow.max", "volume.t2.u1", "volume.reverse", "volume.base.s12"])("is %s", (text) => {
    expect(parseSelector(text)).toBeDefined();
  });

  it.each(["", "water", "volume.", "volume.s", "volume.x1", "flow.maximum"])("is not %j", (text) => {
    expect(parseSelector(text)).toBeUndefined();
  });
});
