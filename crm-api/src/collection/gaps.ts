import type { Clock } from "@nightflow/domain";
import type { ReadingStore, Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { Scope } from "../access/scope.ts";
import { BadRequestProblem } from "../http/problems.ts";
import { listMeters } from "../meters/queries.ts";
import type { MeterRow } from "../meters/wire.ts";
import { arrivedInPeriods } from "./arrived.ts";
import { gapsOf, periodsDue, periodsWithValue, type Span } from "./periods.ts";
import type { MeterGaps, MissingReadings, MissingReadingsQuery } from "./wire.ts";

const DAY_MS = 86_400_000;
const MOST_DAYS = 31;
const MOST_GAPS = 50;
const AT_ONCE = 4;
/** Meters whose curves one question may read before it answers with what there is. */
const MOST_LOOKED_AT = 1000;

export interface GapDeps {
  readonly sql: Sql;
  readonly store: ReadingStore;
  readonly clock: Clock;
}

/**
 * Meters of a scope from which readings are missing in a span of at most 31 days, by id, with the stretches that are missing.
 * A meter whose readings are all there is not in the list.
 */
export async function missingReadings(
  deps: GapDeps,
  scope: Scope,
  query: z.infer<typeof MissingReadingsQuery>,
): Promise<z.infer<typeof MissingReadings>> {
  const nowMs = deps.clock.now();
  const toMs = Math.min(query.to ?? nowMs, nowMs);
  const fromMs = query.from ?? toMs - query.days * DAY_MS;
  if (fromMs >= toMs) throw new BadRequestProblem("`from` lies before `to`, and before now");
  if (toMs - fromMs > MOST_DAYS * DAY_MS) throw new BadRequestProblem(`ask for at most ${MOST_DAYS} days at once`);
  const behind = await metersBehind(deps, fromMs, toMs);
  const { from: _, to: __, days: ___, ...filter } = query;
  const gapsOf = (meter: MeterRow) => gapsOfMeter(deps, meter, behind.get(meter.id), fromMs, toMs);
  const items: z.infer<typeof MeterGaps>[] = [];
  let cursor = query.cursor;
  // Where the hourly series do not know, most meters owe nothing: a page is looked for until it shows something.
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += query.limit) {
    const page = await listMeters(deps.sql, deps.store, scope, { ...filter, cursor, ids: [...behind.keys()] }, nowMs);
    items.push(...(await inTurn(page.items, gapsOf)).filter((row) => row.got < row.expected));
    cursor = page.nextCursor ?? undefined;
    if (items.length > 0 || cursor === undefined) break;
  }
  return { from: fromMs, to: toMs, items, nextCursor: cursor ?? null };
}

/** Meters that the hourly series know to be incomplete, or do not know, with their main registers. */
async function metersBehind(deps: GapDeps, fromMs: number, toMs: number): Promise<ReadonlyMap<string, string>> {
  const surveyed = await arrivedInPeriods(deps, fromMs, toMs);
  const behind = surveyed.filter(
    ({ periodMs, arrived }) => arrived === null || arrived < periodsDue({ fromMs, toMs, periodMs }),
  );
  return new Map(behind.map(({ id, channelId }) => [id, channelId]));
}

async function gapsOfMeter(
  { store }: GapDeps,
  meter: MeterRow,
  channelId: string | undefined,
  fromMs: number,
  toMs: number,
): Promise<z.infer<typeof MeterGaps>> {
  const span: Span = { fromMs, toMs, periodMs: meter.periodS * 1000 };
  const curve =
    channelId === undefined ? undefined : await store.curve(channelId, fromMs - span.periodMs, toMs + span.periodMs);
  const came = curve === undefined ? new Set<number>() : periodsWithValue(curve, span);
  const gaps = gapsOf(came, span);
  return {
    meter,
    expected: periodsDue(span),
    got: came.size,
    gaps: gaps.slice(-MOST_GAPS).map((gap) => ({ from: gap.fromMs, to: gap.toMs, periods: gap.periods })),
    isCut: gaps.length > MOST_GAPS,
  };
}

/** The answers in the order of the items, a few asked for at a time. */
async function inTurn<Item, Answer>(items: readonly Item[], ask: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers = new Array<Answer>(items.length);
  const queue = items.entries();
  const work = async () => {
    for (const [at, item] of queue) answers[at] = await ask(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}
