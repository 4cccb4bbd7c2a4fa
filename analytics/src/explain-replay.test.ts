import { type AccountTerms, DEFAULT_THRESHOLDS } from "@nightflow/domain";
import { expect, test } from "vitest";
import { explainReplay } from "./explain-replay.ts";
import type { ReplayRow } from "./replay.ts";
import { DAY_SHIFTS, factoryLitres } from "./testing/factory.ts";
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

test("a key account's days tell its band, its row of hours and its contract, then the finding", async () => {
  const rows = rowsOf(50, (hour) => factoryLitres(hour) * (hour >= 45 * 24 + 9 && hour < 45 * 24 + 23 ? 2 : 1));
  const keyAccount: AccountTerms = {
    thresholds: { ...DEFAULT_THRESHOLDS, contractM3h: 9, monthBudgetM3: 2000 },
    shifts: DAY_SHIFTS,
    days: [],
  };
  const lines = await Array.fromAsync(
    explainReplay(rows, "home", { kind: "customer", zone: "Asia/Shanghai", keyAccount }),
  );
  const dayOf = (date: string) => lines.slice(lines.findIndex((line) => line.startsWith(date)) + 1).slice(0, 20);
  expect(dayOf("2025-06-04").find((line) => line.includes("LOAD_HIGH"))).toMatch(/nobody works: the calendar says off/);
  expect(dayOf("2025-06-04").find((line) => line.includes("USAGE_CHANGE"))).toMatch(/learning: fewer than four/);
  const found = dayOf("2025-07-17");
  expect(found.some((line) => line.startsWith("  LOAD_HIGH OPEN"))).toBe(true);
  expect(found.some((line) => line.startsWith("  PEAK_LIMIT OPEN"))).toBe(true);
  expect(found.find((line) => line.startsWith("  PEAK_LIMIT: open"))).toMatch(
    /contract 9 m³\/h over 60 min; last time [\d.]+ m³; \d+ of 24 hours without/,
  );
  expect(found.find((line) => line.startsWith("  OFF_HOURS_USE:"))).toMatch(/591 L\/h allowed while nobody works/);
  expect(found.find((line) => line.startsWith("  BUDGET_AHEAD:"))).toMatch(/month so far [\d.]+ m³/);
  expect(found.some((line) => line.includes("CONT_FLOW"))).toBe(false);
  expect(lines.join("\n")).not.toMatch(/NaN|undefined|Infinity/);
});

test("a district's nights tell their flow and band, or why they are not judged", async () => {
  const lines = await explained(
    rowsOf(20, (hour) => 20_000 + 500 * (hour % 24)),
    "district",
  );
  expect(lines.some((line) => /NIGHT_MIN 2025-06-\d\d: learning; night flow/.test(line))).toBe(true);
  expect(lines.some((line) => /NIGHT_MIN 2025-06-\d\d: night flow .* band up to/.test(line))).toBe(true);
});
