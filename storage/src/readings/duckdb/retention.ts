import type { DuckDBConnection } from "@duckdb/node-api";
import { asSource, type BuiltSegment, buildSegment, dropSegment, loadInto, putInPlace } from "./compaction.ts";
import { type Segment, SPAN_MS } from "./segments.ts";
import type { StoreState } from "./store-state.ts";
import { noteUpkeep, type UpkeepPlace } from "./upkeep-place.ts";

/** How long readings of some channels are kept. */
export interface RetentionRule {
  /** Quantities of the registry that the rule is for; left out, it is for every channel that no other rule names. */
  readonly quantities?: readonly string[];
  /** Months of readings, and of hourly roll-ups; left out, they are kept for good. */
  readonly readingMonths?: number;
  readonly rollUpMonths?: number;
}

/** What retention deleted. */
export interface RetentionReport {
  readonly readings: number;
  readonly rollUps: number;
}

const MONTH_MS = (365.25 * 86_400_000) / 12;

/**
 * Deletes what is older than its class is kept. It works on sorted segments alone, whole spans of 30 days at a time, so
 * it never takes what a consumer of the feed has not passed; entries set aside stay. What it did is in the upkeep log.
 */
export async function retain(place: UpkeepPlace, rules: readonly RetentionRule[]): Promise<RetentionReport> {
  let readings = 0;
  let rollUps = 0;
  for (const segment of place.state().segments.all) {
    if (place.isStopping) break;
    if (segment.kind === "sorted") readings += await thin(place, segment, rules, (rule) => rule.readingMonths);
    if (segment.kind === "roll_up") rollUps += await thin(place, segment, rules, (rule) => rule.rollUpMonths);
  }
  return { readings, rollUps };
}

async function thin(
  place: UpkeepPlace,
  segment: Segment,
  rules: readonly RetentionRule[],
  monthsOf: (rule: RetentionRule) => number | undefined,
): Promise<number> {
  const endMs = ((segment.span ?? 0) + 1) * SPAN_MS;
  const isOver = (rule: RetentionRule | undefined) => {
    const months = rule && monthsOf(rule);
    return months !== undefined && endMs <= place.clock.now() - months * MONTH_MS;
  };
  const over = channelsWhere(place.state(), rules, isOver);
  if (over.length === 0) return 0;
  const table = `thinned_${segment.table}`;
  await place.step((connection) => listChannels(connection, table, over));
  try {
    return await replaceThinned(place, segment, table, endMs);
  } finally {
    await place.step((connection) => connection.run(`DROP TABLE IF EXISTS ${table}`));
  }
}

function channelsWhere(
  state: StoreState,
  rules: readonly RetentionRule[],
  isOver: (rule: RetentionRule | undefined) => boolean,
): number[] {
  const byQuantity = new Map(
    rules.flatMap((rule) => (rule.quantities ?? []).map((quantity) => [quantity, rule] as const)),
  );
  const other = rules.find((rule) => rule.quantities === undefined);
  return state.channelIds().flatMap((id, no) => {
    const quantity = state.known.get(id)?.quantity;
    const rule = (quantity !== undefined && byQuantity.get(quantity)) || other;
    return isOver(rule) ? [no] : [];
  });
}

async function listChannels(connection: DuckDBConnection, table: string, nos: readonly number[]): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (channel_no INTEGER)`);
  for (let from = 0; from < nos.length; from += 10_000) {
    const values = nos.slice(from, from + 10_000).map((no) => `(${no})`);
    await connection.run(`INSERT INTO ${table} VALUES ${values.join(", ")}`);
  }
}

async function replaceThinned(place: UpkeepPlace, segment: Segment, over: string, endMs: number): Promise<number> {
  const kind = segment.kind === "sorted" ? "sorted" : "roll_up";
  const sourceSql = `SELECT * FROM (${asSource(segment)}) WHERE channel_no NOT IN (SELECT channel_no FROM ${over})`;
  const built = await buildSegment(place, { kind, span: segment.span ?? 0, sourceSql, replaces: [segment] });
  if (built === undefined) return 0;
  const gone = segment.rows - built.rows;
  const forgotten = kind === "sorted" ? await forgottenOf(place, segment, over) : [];
  await place.between(async (writer) => {
    await takeOver(writer, built);
    for (let from = 0; from < forgotten.length; from += 10_000)
      await writer.run(
        `INSERT INTO raw_forgotten VALUES ${forgotten.slice(from, from + 10_000).map((no) => `(${no}, ${endMs})`)}`,
      );
    if (gone > 0)
      await noteUpkeep(writer, place, `retention of ${kind}`, gone, `before ${new Date(endMs).toISOString()}`);
    return async () => {
      await loadInto(writer, place.state());
      place.state().hasForgotten ||= forgotten.length > 0;
    };
  });
  return gone;
}

async function takeOver(writer: DuckDBConnection, built: BuiltSegment): Promise<void> {
  await putInPlace(writer, [built]);
  if (built.rows === 0) await dropSegment(writer, built.table);
}

async function forgottenOf(place: UpkeepPlace, segment: Segment, over: string): Promise<number[]> {
  return await place.step(async (connection) => {
    const result = await connection.run(
      `SELECT DISTINCT channel_no FROM ${segment.table} SEMI JOIN ${over} USING (channel_no)`,
    );
    return (await result.getColumns())[0]?.map(Number) ?? [];
  });
}
