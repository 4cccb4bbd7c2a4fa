import { expect, test } from "vitest";
import { explainReplay } from "./explain-replay.ts";
import type { ReplayRow } from "./replay.ts";
import { HOUR_MS, homeLitres, START_MS } from "./testing/series.ts";

function rowsOf(days: number, litres: (hour: number) => number): ReplayRow[] {
  let value = 0;
  return Array.from({ length: days * 24 + 1 }, (_, hour) => {
    if (hour > 0) value += litres(hour - 1) / 1000;
    return { meter: "home", readAtMs: START_MS + hour * HOUR_MS, value };
  });
}

async function explained(rows: readonly ReplayRow[], kind: "customer" | "district") {
  return Array.fromAsync(
    explainReplay([{ meter: "other", readAtMs: START_MS, value: 1 }, ...rows], "home", { kind, zone: "Asia/Shanghai" }),
  );
}

test("a meter's days tell what each rule saw: learning at first, then how near it was, then the finding", async () => {
  const leaky = (hour: number) => homeLitres(hour) + (hour >= 30 * 24 ? 100 : 0);
  const lines = await explained(rowsOf(33, leaky), "customer");
  expect(lines.find((line) => line.startsWith("2025-06-03"))).toBe("2025-06-03  24 readings");
  expect(lines.find((line) => line.includes("CONT_FLOW: learning"))).toMatch(/of 336 good hours; .*own record/);
  const quiet = lines.find((line) => line.includes("CONT_FLOW: nothing raised"));
  expect(quiet).toMatch(/run of any flow|no run of any flow/);
  const opened = lines.findIndex((line) => line.includes("CONT_FLOW OPEN: never below"));
  expect(opened).toBeGreaterThan(0);
  expect(lines.slice(opened).find((line) => line.startsWith("  CONT_FLOW: open"))).toMatch(/surprise [\d.]+ of 16/);
  expect(lines.join("\n")).not.toMatch(/NaN|undefined/);
});

test("a district's nights tell their flow and band, or why they are not judged", async () => {
  const lines = await explained(
    rowsOf(20, (hour) => 20_000 + 500 * (hour % 24)),
    "district",
  );
  expect(lines.some((line) => /NIGHT_MIN 2025-06-\d\d: learning; night flow/.test(line))).toBe(true);
  expect(lines.some((line) => /NIGHT_MIN 2025-06-\d\d: night flow .* band up to/.test(line))).toBe(true);
});
