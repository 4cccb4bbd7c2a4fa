import { array, assert, asyncProperty, bigInt, constantFrom, double, integer, oneof, record } from "fast-check";
import { expect, test } from "vitest";
import { gaugeRow, missingGaugeRow, missingRow, registerRow } from "../testing/reading-samples.ts";
import { decodeColumns, encodeColumns } from "./columns-codec.ts";
import { columnsFrom, rowsOf } from "./reading-columns.ts";

const channel = constantFrom("M-1.forward_total", "M-2.pressure", "A", "x".repeat(64));
const readAtMs = integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) });
const more = record({
  flags: integer({ min: 0, max: 0xffff_ffff }),
  quality: constantFrom(0, 1),
  origin: constantFrom(0, 1),
});
const anyRow = oneof(
  record({ channel, readAtMs, counts: bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), more }).map((row) =>
    registerRow(row.channel, row.readAtMs, row.counts, row.more),
  ),
  record({ channel, readAtMs, gauge: double({ noNaN: true, noDefaultInfinity: true }), more }).map((row) =>
    gaugeRow(row.channel, row.readAtMs, row.gauge, row.more),
  ),
  record({ channel, readAtMs, more }).map((row) => missingRow(row.channel, row.readAtMs, row.more.flags)),
  record({ channel, readAtMs, more }).map((row) => missingGaugeRow(row.channel, row.readAtMs, row.more.flags)),
);

test("any readings come out of the feed's bytes as they went in", async () => {
  const unchanged = asyncProperty(array(anyRow, { maxLength: 200 }), async (rows) => {
    expect(rowsOf(await decodeColumns(await encodeColumns(columnsFrom(rows))))).toEqual(rows);
  });
  await assert(unchanged, { seed: 20_260_301, numRuns: 200 });
});

test("an hour of ten thousand meters takes less than a tenth of its size in memory", async () => {
  const rows = Array.from({ length: 10_000 }, (_, i) =>
    registerRow(`M-${i % 500}`, 1_770_000_000_000, BigInt(1_000_000 + i)),
  );
  expect((await encodeColumns(columnsFrom(rows))).length).toBeLessThan(35 * 10_000 * 0.1);
});

test("bytes that are cut or of another format are refused, not half read", async () => {
  const bytes = await encodeColumns(columnsFrom([registerRow("M-1", 1, 2n)]));
  await expect(decodeColumns(bytes.subarray(0, -3))).rejects.toMatchObject({ code: "COLUMNS_FORMAT" });
  await expect(decodeColumns(Uint8Array.of(9, 1, 2))).rejects.toThrow("format 9");
});
