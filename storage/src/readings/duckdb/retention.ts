import type { DuckDBConnection } from "@duckdb/node-api";
import { putInPlace } from "./compaction.ts";
import { buildSegment, sourceSql } from "./segment-build.ts";
import { dropSegment } from "./segment-list.ts";
import { type Segment, SPAN_MS } from "./segments.ts";
import { loadSegmentsInto, type StoreState } from "./store-state.ts";
import { noteUpkeep, oneRow, type UpkeepPlace } from "./upkeep-place.ts";

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

const HOUR_MS = 3_600_000;
const STEP_MS = 30 * 24 * HOUR_MS;
const PART = 10_000;
const MONTH_MS = (365.25 * 86_400_000) / 12;

/**
 * Deletes what is older than its class is kept, some thirty days at a time. It works on sorted segments alone, so it
 * never takes what a consumer of the feed has not passed; entries set aside stay. What it did is in the upkeep log.
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
  let gone = 0;
  let current: Segment | undefined = segment;
  for (const rule of rules) {
    const months = monthsOf(rule);
    if (months === undefined || current === undefined) continue;
    const beforeMs = Math.floor((place.clock.now() - months * MONTH_MS) / STEP_MS) * STEP_MS;
    if (beforeMs <= (current.span ?? 0) * SPAN_MS) continue;
    gone += await thinFor(place, current, channelsOf(place.state(), rules, rule), beforeMs);
    current = place
      .state()
      .segments.all.find(({ kind, span, rows }) => kind === segment.kind && span === segment.span && rows > 0);
  }
  return gone;
}

async function thinFor(
  place: UpkeepPlace,
  segment: Segment,
  nos: readonly number[],
  beforeMs: number,
): Promise<number> {
  const over = "thinned_channel";
  await place.step((connection) => listChannels(connection, over, nos));
  const old = `channel_no IN (SELECT channel_no FROM ${over}) AND ${segment.kind === "sorted" ? "read_at_ms" : `hour::BIGINT * ${HOUR_MS}`} < ${beforeMs}`;
  const { rows } = await place.step((connection) =>
    oneRow<{ rows: number }>(
      connection,
      `SELECT count(*)::DOUBLE AS rows FROM (${sourceSql(segment, segment.span ?? 0)}) WHERE ${old}`,
    ),
  );
  return rows === 0 ? 0 : await replaceThinned(place, segment, old, beforeMs);
}

function channelsOf(state: StoreState, rules: readonly RetentionRule[], rule: RetentionRule): number[] {
  const byQuantity = new Map(
    rules.flatMap((each) => (each.quantities ?? []).map((quantity) => [quantity, each] as const)),
  );
  const other = rules.find((each) => each.quantities === undefined);
  return state.channelIds().flatMap((id, no) => {
    const quantity = state.known.get(id)?.quantity ?? "";
    return (byQuantity.get(quantity) ?? other) === rule ? [no] : [];
  });
}

async function listChannels(connection: DuckDBConnection, table: string, nos: readonly number[]): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (channel_no INTEGER)`);
  for (let from = 0; from < nos.length; from += PART) {
    const values = nos.slice(from, from + PART).map((no) => `(${no})`);
    await connection.run(`INSERT INTO ${table} VALUES ${values.join(", ")}`);
  }
}

async function replaceThinned(place: UpkeepPlace, segment: Segment, old: string, beforeMs: number): Promise<number> {
  const kind = segment.kind === "sorted" ? "sorted" : "roll_up";
  const forgotten = kind === "sorted" ? await forgottenOf(place, segment, old) : [];
  const span = segment.span ?? 0;
  const request = { kind, span, sources: [segment], sourceRows: segment.rows, keepSql: `NOT (${old})` } as const;
  const built = await buildSegment(place, request);
  if (built === undefined) return 0;
  const gone = segment.rows - built.rows;
  await place.between(async (writer) => {
    await putInPlace(writer, [built]);
    if (built.rows === 0) await dropSegment(writer, built.table);
    for (let from = 0; from < forgotten.length; from += PART)
      await writer.run(
        `INSERT INTO raw_forgotten VALUES ${forgotten.slice(from, from + PART).map((no) => `(${no}, ${beforeMs})`)}`,
      );
    await noteUpkeep(writer, place, `retention of ${kind}`, gone, `before ${new Date(beforeMs).toISOString()}`);
    return async () => {
      await loadSegmentsInto(writer, place.state());
      place.state().hasForgotten ||= forgotten.length > 0;
    };
  });
  return gone;
}

async function forgottenOf(place: UpkeepPlace, segment: Segment, old: string): Promise<number[]> {
  return await place.step(async (connection) => {
    const result = await connection.run(
      `SELECT DISTINCT channel_no FROM (${sourceSql(segment, segment.span ?? 0)}) WHERE ${old}`,
    );
    return (await result.getColumns())[0]?.map(Number) ?? [];
  });
}
