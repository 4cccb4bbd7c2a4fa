import {
  applyRevisions,
  calendarOf,
  type IntervalOptions,
  intervalsOf,
  LikeDays,
  type ProfileClass,
  type Revision,
  type ValidatedSeries,
  VEE_HISTORY_MS,
  type VersionedInterval,
  validateRegister,
} from "@nightflow/analytics/pure";
import { revisionsOf, type StoredRevision } from "@nightflow/storage";
import { companyOf } from "../access/company.ts";
import type { Scope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem } from "../http/problems.ts";
import { countLimitsOf, type MeasuredPoint, pointsOfMeter } from "../meters/points.ts";
import { channelsOf, loadMeter, type MeterSqlRow } from "../meters/queries.ts";

const MOST_INTERVALS = 3000;

/** A meter whose intervals can be told: its register, zone and class of use. */
export interface IntervalMeter {
  readonly meter: MeterSqlRow;
  readonly point: MeasuredPoint;
  readonly zone: string;
  readonly profile: ProfileClass;
  readonly options: IntervalOptions;
}

/** A span of a meter's intervals in all their versions. */
export interface IntervalSpan {
  readonly rows: readonly VersionedInterval[];
  readonly validated: ValidatedSeries;
  readonly revisions: readonly StoredRevision[];
  readonly days: LikeDays;
}

/** The meter with its register; `point` is undefined when it has none. */
export async function intervalMeter(
  { db }: Pick<ApiDeps, "db">,
  scope: Scope,
  id: string,
): Promise<Omit<IntervalMeter, "point" | "options"> & Partial<Pick<IntervalMeter, "point" | "options">>> {
  const meter = await loadMeter(db, scope, id);
  const { zone } = await companyOf(db, meter.unit_path);
  const [point] = await pointsOfMeter(db, id);
  const profile = await profileOf(db, meter);
  if (point === undefined) return { meter, zone, profile };
  const quantity = (await channelsOf(db, id)).find((channel) => channel.id === point.channelId)?.quantity;
  const options = { periodMs: point.periodMs, ...countLimitsOf(point), isSigned: quantity === "net_total" };
  return { meter, zone, profile, point, options };
}

async function profileOf(db: ApiDeps["db"], meter: MeterSqlRow): Promise<ProfileClass> {
  if (meter.purpose !== "customer") return "district";
  if (meter.commodity === "gas") return "gas";
  const { rows } = await db.query<{ is_key: boolean }>("select is_key_account as is_key from account where id = $1", [
    meter.account_id,
  ]);
  return rows[0]?.is_key === true ? "business_water" : "home_water";
}

/**
 * The intervals of a register over [fromMs, toMs), as read, validated and edited.
 *
 * @throws {BadRequestProblem} when the span is empty or has more intervals than anyone can look at.
 */
export async function intervalSpan(
  { db, store, clock }: Pick<ApiDeps, "db" | "store" | "clock">,
  { point, options, zone, profile }: IntervalMeter,
  fromMs: number,
  toMs: number,
): Promise<IntervalSpan> {
  checkSpan(fromMs, toMs, point.periodMs);
  // Two periods behind, so that the register at the end of the span is known.
  const curve = await store.curve(point.channelId, fromMs - VEE_HISTORY_MS, toMs + 2 * point.periodMs);
  const validated = validateRegister({ curve, options, zone, profile, fromMs, toMs, nowMs: clock.now() });
  const revisions = await revisionsOf(db, point.channelId, fromMs, toMs);
  const rows = applyRevisions(validated.rows, revisions.map(toRevision));
  return { rows, validated, revisions, days: new LikeDays(intervalsOf(curve, options), calendarOf(zone)) };
}

/** A revision as rows take it: what each interval has held since. */
export function toRevision(revision: StoredRevision): Revision {
  return { ...revision, changes: revision.changes.map(([startMs, , since]) => [startMs, since] as const) };
}

function checkSpan(fromMs: number, toMs: number, periodMs: number): void {
  if (toMs <= fromMs) throw new BadRequestProblem("`to` must lie after `from`");
  if ((toMs - fromMs) / periodMs <= MOST_INTERVALS) return;
  throw new BadRequestProblem(`this span has more than ${MOST_INTERVALS} intervals`, {
    remedy: "ask for a shorter span",
  });
}
