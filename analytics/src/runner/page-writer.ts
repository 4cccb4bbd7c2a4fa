import { appendLiveEvent, type Sql } from "@nightflow/storage";
import type { EngineOutput } from "../engine.ts";
import { findingKey } from "../pure/episodes.ts";
import type { DmaNight, FindingEvent } from "../pure/finding.ts";
import type { Announcement, AnomalyWriter } from "./anomaly-writer.ts";
import { type PutPieces, pointTo } from "./snapshot-store.ts";

/** Writes what a page brought, and that the pieces of a snapshot count from now on when there are any, in the caller's transaction. */
export async function writeOutput(
  tx: Sql,
  writer: AnomalyWriter,
  output: EngineOutput,
  snapshot: PutPieces | null,
): Promise<void> {
  for (const night of newestNights(output.nights)) await writeNight(tx, night);
  if (snapshot) await pointTo(tx, snapshot);
  const news: Announcement[] = [];
  for (const event of withoutStaleUpdates(output.events)) {
    const announcement = await writer.write(tx, event);
    if (announcement) news.push(announcement);
  }
  // Live events take one counter that everybody needs: locked last, it can be part of no deadlock with a person's move.
  for (const { anomalyId, atMs, unitPath } of news)
    await appendLiveEvent(tx, { kind: "anomaly", subject: anomalyId, at: atMs, unitPath });
}

/** How far all shards have read, by their snapshots; 0 while one has none. */
export async function slowestCursor(db: Sql, shards: number): Promise<number> {
  const { rows } = await db.query<{ cursor: number }>(
    `select coalesce(min(coalesce(cursor, 0)), 0)::bigint as cursor
     from generate_series(0, $1 - 1) as shard left join analytics_snapshot using (shard)`,
    [shards],
  );
  return rows[0]?.cursor ?? 0;
}

/** An update that a later step of the same finding in the same page follows says nothing any more. */
export function withoutStaleUpdates(events: readonly FindingEvent[]): FindingEvent[] {
  const last = new Map<string, FindingEvent>();
  for (const event of events) last.set(findingKey(event), event);
  return events.filter((event) => event.type !== "update" || !event.isPast || last.get(findingKey(event)) === event);
}

function newestNights(nights: readonly DmaNight[]): Iterable<DmaNight> {
  return new Map(nights.map((night) => [`${night.dma}|${night.date}`, night])).values();
}

async function writeNight(tx: Sql, night: DmaNight): Promise<void> {
  await tx.query(
    `insert into dma_night (dma_id, night, mnf_m3h, expected_m3h, band_low_m3h, band_high_m3h, inflow_m3, customers_m3, completeness,
       customers_night_m3h, customers_completeness, loss_m3h, loss_expected_m3h, loss_band_high_m3h, no_balance)
     select $1, $2::date, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 where exists (select 1 from dma where id = $1)
     on conflict (dma_id, night) do update set mnf_m3h = excluded.mnf_m3h, expected_m3h = excluded.expected_m3h,
       band_low_m3h = excluded.band_low_m3h, band_high_m3h = excluded.band_high_m3h, inflow_m3 = excluded.inflow_m3,
       customers_m3 = excluded.customers_m3, completeness = excluded.completeness,
       customers_night_m3h = excluded.customers_night_m3h, customers_completeness = excluded.customers_completeness,
       loss_m3h = excluded.loss_m3h, loss_expected_m3h = excluded.loss_expected_m3h,
       loss_band_high_m3h = excluded.loss_band_high_m3h, no_balance = excluded.no_balance`,
    nightValues(night),
  );
}

function nightValues(night: DmaNight): unknown[] {
  return [
    night.dma,
    night.date,
    night.mnfM3h,
    night.expectedM3h,
    night.bandLowM3h,
    night.bandHighM3h,
    night.inflowM3,
    night.customersM3,
    night.completeness,
    night.customersNightM3h,
    night.customersCompleteness,
    night.lossM3h,
    night.lossExpectedM3h,
    night.lossBandHighM3h,
    night.noBalance,
  ];
}

/** Rewrites nights that were judged again, each as its next version, and keeps what they were; told twice it does so once. */
export async function reviseNights(tx: Sql, nights: readonly DmaNight[], atMs: number): Promise<void> {
  for (const night of nights) {
    await tx.query(
      `with other as (
         select dma_id, night, version, mnf_m3h, expected_m3h, loss_m3h, completeness from dma_night
          where dma_id = $1 and night = $2::date and (mnf_m3h, expected_m3h, band_low_m3h, band_high_m3h, inflow_m3, customers_m3,
            completeness, customers_night_m3h, customers_completeness, loss_m3h, loss_expected_m3h, loss_band_high_m3h, no_balance)
            is distinct from ($3::float8, $4::float8, $5::float8, $6::float8, $7::float8, $8::float8, $9::float8, $10::float8,
              $11::float8, $12::float8, $13::float8, $14::float8, $15::text)
       ), kept as (
         insert into dma_night_version (dma_id, night, version, mnf_m3h, expected_m3h, loss_m3h, completeness, replaced_at)
         select *, $16 from other on conflict do nothing
       )
       update dma_night n set version = n.version + 1, revised_at = $16
         from other where n.dma_id = other.dma_id and n.night = other.night`,
      [...nightValues(night), new Date(atMs)],
    );
    await writeNight(tx, night);
  }
}
