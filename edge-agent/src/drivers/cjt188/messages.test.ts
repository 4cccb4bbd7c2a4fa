import { describe, expect, it } from "vitest";
import { bundledDialects } from "./dialects.ts";
import { decodeCjt188Frame, encodeCjt188Frame } from "./frame.ts";
import { addressRequest, answerTo, historyRequest, readRequest, timeRequest, valveRequest } from "./messages.ts";
import { decodeHistory, decodeMeterData } from "./meter-data.ts";

const dialect = bundledDialects().get("standard-water");
if (dialect === undefined) throw new Error("no such dialect");
const target = { address: "78331505900569", dialect };
const bytesOf = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const textOf = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
const frameOf = (body: string) => {
  const bytes = bytesOf(body);
  return decodeCjt188Frame(
    Buffer.concat([
      bytes,
      Buffer.of(
        bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0),
        0x16,
      ),
    ]),
  );
};

describe("a request", () => {
  // Published: alibabacloud topic 31389474, "CJ/T-188 water meter protocol, switching valve": sums 50h and 94h.
  it("opens a valve as published", () => {
    expect(textOf(encodeCjt188Frame(valveRequest(target, "open", 1)))).toBe(
      "68 10 69 05 90 05 15 33 78 04 04 A0 17 01 55 50 16",
    );
  });

  it("closes a valve as published", () => {
    expect(textOf(encodeCjt188Frame(valveRequest(target, "closed", 1)))).toBe(
      "68 10 69 05 90 05 15 33 78 04 04 A0 17 01 99 94 16",
    );
  });

  // Published: hftangyu.com/563.html.
  it("reads a meter as published", () => {
    expect(textOf(encodeCjt188Frame(readRequest({ address: "78330011223344", dialect }, 0)))).toBe(
      "68 10 44 33 22 11 00 33 78 01 03 1F 90 00 80 16",
    );
  });

  it("asks a meter whose identifiers go high byte first in its order", () => {
    const other = { ...dialect, readDi: "901F" };
    expect(textOf(readRequest({ address: target.address, dialect: other }, 0).data)).toBe("90 1F 00");
    expect(textOf(historyRequest({ address: target.address, dialect: other }, 12, 0).data)).toBe("D1 2B 00");
  });

  it("asks for the address of the one meter on a line", () => {
    expect(textOf(encodeCjt188Frame(addressRequest(dialect, 0)))).toBe(
      "68 AA AA AA AA AA AA AA AA 03 03 0A 81 00 49 16",
    );
  });

  it("sets the clock with the year's two bytes last", () => {
    const at = Date.UTC(2026, 0, 31, 23, 59, 59);
    expect(textOf(timeRequest(target, at, 3).data)).toBe("A0 15 03 59 59 23 31 01 26 20");
  });
});

describe("what comes in while a question waits", () => {
  const request = readRequest({ address: "78330011223344", dialect }, 7);
  const answer = (body: string) => answerTo(request, frameOf(body), true).kind;

  it.each([
    ["its answer", "68 10 44 33 22 11 00 33 78 81 05 1F 90 07 00 00", "answer"],
    ["a refusal", "68 10 44 33 22 11 00 33 78 C1 03 07 01 00", "refused"],
    ["its own echo", "68 10 44 33 22 11 00 33 78 01 03 1F 90 07", "echo"],
    ["the answer of another meter", "68 10 45 33 22 11 00 33 78 81 05 1F 90 07 00 00", "other-meter"],
    ["a late answer to the question before", "68 10 44 33 22 11 00 33 78 81 05 1F 90 06 00 00", "other-question"],
    ["an answer of another kind", "68 10 44 33 22 11 00 33 78 84 05 A0 17 07 00 00", "other-question"],
  ])("is told apart: %s", (_, body, kind) => {
    expect(answer(body)).toBe(kind);
  });

  it("takes any serial number from a make that repeats none", () => {
    const late = frameOf("68 10 44 33 22 11 00 33 78 81 05 1F 90 00 00 00");
    expect(answerTo(request, late, false).kind).toBe("answer");
  });

  it("gives the status word of a refusal", () => {
    const refusal = frameOf("68 10 44 33 22 11 00 33 78 C1 03 07 01 80");
    expect(answerTo(request, refusal, true)).toEqual({ kind: "refused", status: 0x8001 });
  });

  it("reads the total of a settlement day", () => {
    expect(decodeHistory(bytesOf("20 D1 00 78 56 34 12 2C"))).toEqual({
      kind: "value",
      digits: 12345678,
      decimals: 2,
      unit: "m3",
    });
  });
});

describe("meter data", () => {
  const [captured] = dialect.vectors;
  const data = decodeCjt188Frame(bytesOf(captured?.frame ?? "")).data;
  const changed = (at: number, ...bytes: number[]) => {
    const copy = Uint8Array.from(data);
    copy.set(bytes, at);
    return decodeMeterData(copy, dialect);
  };

  it("with bytes that are no digits has no value there, and the others stay", () => {
    const { values } = changed(3, 0xff, 0xff, 0xff, 0xff);
    expect(values.get("forward_total")).toEqual({ kind: "not-a-number" });
    expect(values.get("settlement_total")).toMatchObject({ kind: "value", digits: 12_000_000 });
  });

  it("in a unit that no channel shows is told apart", () => {
    expect(changed(7, 0x05).values.get("forward_total")).toEqual({ kind: "unknown-unit", code: 5, symbol: "kWh" });
    expect(changed(7, 0x99).values.get("forward_total")).toEqual({ kind: "unknown-unit", code: 0x99, symbol: "?" });
  });

  it.each([
    ["all zero", [0, 0, 0, 0, 0, 0, 0]],
    ["no digits", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["31 February", [0, 0, 0, 0x31, 0x02, 0x26, 0x20]],
    ["a 25th hour", [0, 0, 0x25, 0x01, 0x02, 0x26, 0x20]],
  ])("with a clock of %s has no time", (_, bytes) => {
    expect(changed(13, ...bytes).localMs).toBeNull();
  });

  it("that is cut is refused", () => {
    expect(() => decodeMeterData(data.subarray(0, 21), dialect)).toThrow("the answer has 21 bytes, not 22");
  });

  it("has a valve that is none of open, closed and broken as unknown", () => {
    expect(changed(20, 0x02, 0).status).toMatchObject({ valve: "unknown" });
  });
});

describe.each([...bundledDialects().values()])("the dialect $name", (one) => {
  it.each(one.vectors)("reads what the dial showed: $source", ({ frame, values, localTime, valve, batteryLow }) => {
    const read = decodeMeterData(decodeCjt188Frame(bytesOf(frame)).data, one);
    for (const [register, shown] of Object.entries(values)) {
      const value = read.values.get(register);
      expect(value?.kind === "value" && value.digits / 10 ** value.decimals).toBe(shown);
    }
    expect(read.localMs === null ? null : new Date(read.localMs).toISOString().slice(0, 19)).toBe(localTime);
    if (valve !== undefined) expect(read.status?.valve).toBe(valve);
    if (batteryLow !== undefined) expect(read.status?.isBatteryLow).toBe(batteryLow);
  });

  it("has a vector for each of its registers", () => {
    const proved = new Set(one.vectors.flatMap((vector) => Object.keys(vector.values)));
    expect(Object.keys(one.registers).filter((name) => !proved.has(name))).toEqual([]);
  });

  it("says that it is verified only where a captured frame proves it", () => {
    expect(one.verified).toBe(one.vectors.some((vector) => vector.verified));
  });
});
