import { BAND_HISTORY_DAYS, bandsOf, calendarOf, type Flow } from "@nightflow/analytics/pure";
import { DEFAULT_THRESHOLDS } from "@nightflow/domain";
import { loadAccountTerms } from "@nightflow/storage";
import { companyOf } from "../access/company.ts";
import type { Scope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem } from "../http/problems.ts";
import { pointsOfAccounts } from "../meters/points.ts";
import { qualityAt, type UsageSeries, usageSeries } from "../meters/usage.ts";
import { loadAccount } from "./queries.ts";
import { ruleTuning } from "./terms.ts";
import type { AccountBands, AccountBandsQuery } from "./terms-wire.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MOST_DAYS = 62;
const LITRES = 1000;

/**
 * The band of each hour of a span, as the detectors have it: the 16 weeks before teach it, by the same code. An hour that is not over
 * has one too.
 *
 * @throws {BadRequestProblem} when the span is empty or longer than 62 days.
 */
export async function accountBands(
  { db, store, clock }: ApiDeps,
  scope: Scope,
  id: string,
  { from, to }: AccountBandsQuery,
): Promise<AccountBands> {
  if (to <= from || to - from > MOST_DAYS * DAY_MS)
    throw new BadRequestProblem(`bands cover more than nothing and at most ${MOST_DAYS} days`, {
      remedy: "choose a shorter span",
    });
  const account = await loadAccount(db, scope, id);
  const { zone } = await companyOf(db, account.unit_path);
  const points = await pointsOfAccounts(db, [id]);
  const [stored] = await loadAccountTerms(db, { accounts: [id] });
  const terms = stored ?? { thresholds: DEFAULT_THRESHOLDS, shifts: [], days: [] };
  const until = Math.min(to, clock.now());
  const series = await usageSeries(store, points, from - BAND_HISTORY_DAYS * DAY_MS, Math.max(until, from));
  const { LOAD_HIGH, OFF_HOURS_USE } = await ruleTuning(db);
  const parameters = { deviations: LOAD_HIGH.deviations, off: OFF_HOURS_USE };
  const bands = bandsOf(hoursOf(series), terms, calendarOf(zone), { fromMs: from, toMs: to }, parameters);
  const m3 = (litres: number | null) => (litres === null ? null : litres / LITRES);
  return {
    thresholds: terms.thresholds,
    hours: bands.map(({ startMs, plan, usual, low, high }) => ({
      startAt: startMs,
      plan,
      usual: m3(usual),
      low: m3(low),
      high: m3(high),
    })),
  };
}

/** A series by whole hours; one that is not measured from end to end is not good. Nothing for periods above an hour. */
function hoursOf(series: UsageSeries | null): Flow[] {
  if (series === null || series.stepMs > HOUR_MS || HOUR_MS % series.stepMs !== 0) return [];
  const { fromMs, stepMs, volumesM3 } = series;
  const parts = HOUR_MS / stepMs;
  const hours: Flow[] = [];
  const first = Math.ceil(fromMs / HOUR_MS) * HOUR_MS;
  for (let at = (first - fromMs) / stepMs; at + parts <= volumesM3.length; at += parts) {
    let [litres, isGood] = [0, true];
    for (let part = at; part < at + parts; part++) {
      litres += LITRES * (volumesM3[part] ?? Number.NaN);
      isGood = isGood && qualityAt(series, part) === "good";
    }
    const startMs = fromMs + at * stepMs;
    hours.push({ startMs, endMs: startMs + HOUR_MS, litres, isGood: isGood && Number.isFinite(litres) });
  }
  return hours;
}
