import type { ProcessPart } from "@nightflow/domain";
import { expect, test } from "vitest";
import type { StoredProcessReport } from "./process-reports.ts";
import { silentHeadEnds } from "./watch.ts";

function said(part: ProcessPart, ageS: number, change: Partial<StoredProcessReport> = {}): StoredProcessReport {
  const report = { part, isReady: true, reasons: [], figures: {} };
  const times = { everyS: 5, startedAt: 0, seenAt: 1_000_000 - ageS * 1000, ageS, hasEnded: false };
  return { process: `h:${ageS}:${part}`, site: "town", ...times, report, ...change };
}
const isSilent = (...reports: StoredProcessReport[]) => silentHeadEnds(reports).map((site) => site.isSilent);

test("a head-end that has missed its reports for half a minute is silent, however well analytics fares", () => {
  expect(isSilent(said("head-end", 29), said("analytics", 1))).toEqual([false]);
  expect(isSilent(said("head-end", 31), said("analytics", 1))).toEqual([true]);
});

test("one of two ingests is enough, and a broker with nobody behind it is not", () => {
  expect(isSilent(said("ingest", 500), said("ingest", 2))).toEqual([false]);
  expect(isSilent(said("ingest", 500), said("broker", 2))).toEqual([true]);
  expect(isSilent(said("broker", 500))).toEqual([]);
});

test("a head-end that was stopped on purpose raises no alarm; one of two killed beside it does", () => {
  expect(isSilent(said("head-end", 9000, { hasEnded: true }))).toEqual([false]);
  expect(isSilent(said("ingest", 9000, { hasEnded: true }), said("ingest", 8000))).toEqual([true]);
});

test("sites are judged apart, and one that reports seldom is given longer", () => {
  const seldom = said("head-end", 100, { site: "hill", everyS: 60 });
  expect(silentHeadEnds([said("head-end", 100), seldom])).toEqual([
    { site: "town", lastSeenAt: 900_000, isSilent: true },
    { site: "hill", lastSeenAt: 900_000, isSilent: false },
  ]);
});
