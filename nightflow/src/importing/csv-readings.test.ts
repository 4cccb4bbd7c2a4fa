import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { countsOfDecimal, hashImport, readCsvReadings } from "./csv-readings.ts";
import { ReadingsFileError } from "./readings-file.ts";

const folder = mkdtempSync(join(tmpdir(), "nf-csv-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function rowsOf(text: string, timeZone = "UTC", name = "r.csv") {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return await Array.fromAsync(readCsvReadings(path, { timeZone }));
}

describe("a readings file", () => {
  it("gives its rows in order, packed or not", async () => {
    const text = "meter,read_at,forward_total_m3\nA,2026-01-01T00:00:00Z,1.5\nA,2026-01-01T01:00:00+08:00,2\n";
    const plain = await rowsOf(text);
    expect(plain).toEqual([
      { line: 2, meter: "A", readAtMs: Date.UTC(2026, 0, 1), value: "1.5" },
      { line: 3, meter: "A", readAtMs: Date.UTC(2025, 11, 31, 17), value: "2" },
    ]);
    expect(await rowsOf(text, "UTC", "r.csv.gz")).toEqual(plain);
  });

  it("names the line and the reason of a broken row and goes on", async () => {
    const rows = await rowsOf(
      "meter,read_at,forward_total_m3\nA,yesterday,1\nA,2026-01-01T00:00:00Z,NaN\n,2026-01-01T00:00:00Z,1\nA,2026-01-01T00:00:00Z,7\n",
    );
    expect(rows.map((row) => ("reason" in row ? [row.line, row.reason] : row.value))).toEqual([
      [2, '"yesterday" is not an ISO 8601 time'],
      [3, '"NaN" is not a decimal number'],
      [4, "the meter is empty"],
      "7",
    ]);
  });

  it("says which column is missing and which there are", async () => {
    await expect(rowsOf("meter,when,total\nA,1,2\n")).rejects.toThrow(
      "no column read_at, forward_total_m3; the header has meter, when, total",
    );
  });

  it("reads times without an offset in the zone it was given, across the change of clocks", async () => {
    const rows = await rowsOf(
      "meter,read_at,forward_total_m3\nA,2026-03-29 01:30,1\nA,2026-03-29 03:30,1\nA,2026-10-25 01:30,1\nA,2026-07-01,1\n",
      "Europe/Madrid",
    );
    expect(rows.map((row) => ("readAtMs" in row ? new Date(row.readAtMs).toISOString() : row))).toEqual([
      "2026-03-29T00:30:00.000Z",
      "2026-03-29T01:30:00.000Z",
      "2026-10-24T23:30:00.000Z",
      "2026-06-30T22:00:00.000Z",
    ]);
  });

  it("has the same hash whenever it is the same file", async () => {
    const path = join(folder, "h.csv");
    writeFileSync(path, "x");
    const inUtc = await hashImport(path, { timeZone: "UTC" });
    expect(await hashImport(path, { timeZone: "UTC" })).toBe(inUtc);
    expect(await hashImport(path, { timeZone: "Europe/Madrid" })).not.toBe(inUtc);
    expect(inUtc).toHaveLength(64);
  });
});

describe("a file that is no readings file", () => {
  const allOf = async (path: string) => {
    for await (const _ of readCsvReadings(path, { timeZone: "UTC" }));
  };

  it("is refused with its name and the reason, whether it is absent, not packed, cut short or without the columns", async () => {
    const packed = gzipSync(`meter,read_at,forward_total_m3\n${"M-1,2026-01-01T00:00:00Z,1\n".repeat(500)}`);
    const files = {
      "not-packed.csv.gz": "meter,read_at",
      "cut.csv.gz": packed.subarray(0, 60),
      "columns.csv": "a;b\n1;2\n",
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    for (const name of [...Object.keys(files), "absent.csv"]) {
      const refused = await allOf(join(folder, name)).catch((error: unknown) => error);
      expect(refused, name).toBeInstanceOf(ReadingsFileError);
      expect((refused as Error).message).toContain(name);
    }
  });
});

describe("a decimal register text", () => {
  it("becomes counts without losing a digit, for any size", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.constantFrom(0, 1, 2, 3, 6), (counts, decimals) => {
        const digits = counts.toString().padStart(decimals + 1, "0");
        const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
        expect(countsOfDecimal(text, 10 ** -decimals)).toBe(counts);
      }),
      { seed: 7 },
    );
  });

  it("is refused when it lies between two counts", () => {
    expect(countsOfDecimal("1.2345", 0.001)).toBeUndefined();
    expect(countsOfDecimal("1.2340", 0.001)).toBe(1234n);
    expect(countsOfDecimal("-1.5", 0.5)).toBe(-3n);
  });
});
