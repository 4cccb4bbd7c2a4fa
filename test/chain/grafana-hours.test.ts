import { readFileSync } from "node:fs";
import { DerivedConfig, type DerivedSeries, startDerivedSeries } from "@nightflow/analytics";
import { ManualClock } from "@nightflow/domain";
import type { ImportPlace } from "@nightflow/nightflow";
import { townHistory } from "@nightflow/simulators";
import { type Database, openDatabase, setUpGrafanaReader } from "@nightflow/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertRulesOf, type SqlChoice, sqlAsSent, sqlOf } from "../support/grafana-sql.ts";
import { Installation, silent } from "../support/installation.ts";

const GRAFANA = new URL("../../dashboards/grafana/", import.meta.url);
const QUERIES = sqlOf(readFileSync(new URL("generated/postgres/nightflow-hours.json", GRAFANA), "utf8"));
const RULES = alertRulesOf(
  readFileSync(new URL("provisioning/postgres/alerting/nightflow-postgres.yaml", GRAFANA), "utf8"),
);
const HOUR_MS = 3_600_000;
const DAYS = 5;
const PASSWORD = "the reader's password";

type Row = Record<string, unknown>;

describe("Grafana's dashboard of hours on the embedded store that the chain filled", () => {
  const over = Promise.withResolvers<void>();
  let installation: Installation;
  let headEnd: Promise<void>;
  let place: ImportPlace;
  let series: DerivedSeries;
  let grafana: Database;
  let chosen: SqlChoice;

  beforeAll(async () => {
    installation = await Installation.make({ historyDays: DAYS, homesPerDma: 2 });
    const ready = Promise.withResolvers<ImportPlace>();
    headEnd = installation.withHeadEnd(async (opened) => {
      ready.resolve(opened);
      await over.promise;
    });
    headEnd.catch(ready.reject);
    place = await ready.promise;
    await addNights(place.db);
    series = startDerivedSeries({
      store: place.store ?? expect.fail("this head-end has its store elsewhere"),
      db: place.db,
      clock: new ManualClock(installation.liveStartMs + HOUR_MS / 2),
      config: DerivedConfig.parse({ restShare: 0, pollMs: 50 }),
      logger: silent,
    });
    await series.idle();
    grafana = await openAsGrafana(place.db);
    chosen = await everything();
  });

  afterAll(async () => {
    await grafana?.close();
    await series?.close();
    over.resolve();
    await headEnd;
    await installation?.close();
  });

  const ask = async (title: string): Promise<Row[]> => {
    const found = QUERIES.find((query) => query.title.includes(title)) ?? expect.fail(`there is no ${title}`);
    return (await grafana.query<Row>(sqlAsSent(found.sql, chosen))).rows;
  };

  it.each(QUERIES)("gives rows to the role that may only read: $title", async ({ title }) => {
    expect(await ask(title)).not.toHaveLength(0);
  });

  it.each(RULES)("asks each alert rule's query for names and one number: $title", async ({ model }) => {
    const { rows } = await grafana.query<Row>(model.rawSql ?? "");
    expect(rows).not.toHaveLength(0);
    for (const row of rows) expect(Object.values(row).filter((value) => typeof value === "number")).toHaveLength(1);
  });

  it("lets its role read the series and neither people nor customers, and write nothing", async () => {
    for (const table of ["app_user", "customer", "derived_meter_day", "district_hour"])
      await expect(grafana.query(`select from public.${table}`)).rejects.toThrow(/permission denied/);
    await expect(grafana.query("create table mine (no int)")).rejects.toThrow(/read-only|permission denied/);
    await grafana.query("set default_transaction_read_only = off");
    await expect(grafana.query("update grafana.head_end set beat_at = now()")).rejects.toThrow();
  });

  it("gives the role a new password when it is set up again, and keeps its rights", async () => {
    await setUpGrafanaReader(place.db, PASSWORD);
    expect((await grafana.query("select from grafana.head_end")).rowCount).toBe(1);
  });

  it("shows an inlet's hours and the customers' use as the town's registers say", async () => {
    const dma = installation.town.meters.find((meter) => meter.kind === "dma_inlet")?.dmaId ?? "";
    const atMs = installation.liveStartMs - 30 * HOUR_MS;
    const { rows } = await grafana.query<{
      input_m3: number;
      used_m3: number;
      loss_m3: number;
      completeness_percent: number;
    }>("select * from grafana.district_hour where dma_id = $1 and hour = $2", [dma, new Date(atMs)]);
    const [input, used] = [volumeOf(dma, "dma_inlet", atMs), volumeOf(dma, "customers", atMs)];
    expect(rows[0]?.input_m3).toBeCloseTo(input, 6);
    expect(rows[0]?.used_m3).toBeCloseTo(used, 6);
    expect(rows[0]?.loss_m3).toBeCloseTo(input - used, 6);
    expect(rows[0]?.completeness_percent).toBe(100);
  });

  it("finds every reading that was due, and the head-end alive", async () => {
    const [agent] = await ask("Agents that collect worst");
    expect(agent?.collected).toBeGreaterThan(99);
    const dead = RULES.find(({ uid }) => uid === "nf-pg-head-end") ?? expect.fail("there is no dead man's rule");
    const { rows } = await grafana.query<{ silent_s: number }>(dead.model.rawSql ?? "");
    expect(dead.fires(rows[0]?.silent_s ?? Number.NaN)).toBe(false);
    // The head-end goes on beating meanwhile.
    const isTold = async () => {
      await place.db.query("update derived_progress set beat_at = now() - interval '6 minutes'");
      const late = await grafana.query<{ silent_s: number }>(dead.model.rawSql ?? "");
      return dead.fires(late.rows[0]?.silent_s ?? Number.NaN);
    };
    await expect.poll(isTold).toBe(true);
  });

  /** Volume of an hour of a district's inlets or customers, m³, from the registers that the town served. */
  function volumeOf(dma: string, kind: "dma_inlet" | "customers", atMs: number): number {
    const { town } = installation;
    const isWanted = (meter: (typeof town.meters)[number]) =>
      meter.dmaId === dma && (kind === "dma_inlet") === (meter.kind === "dma_inlet");
    const wanted = new Set(town.meters.filter(isWanted).map(({ id }) => id));
    let counts = 0;
    for (const row of townHistory(town, { fromMs: atMs, toMs: atMs + HOUR_MS + 1 })) {
      if (!wanted.has(row.meter)) continue;
      if (row.readAtMs === atMs) counts -= row.counts;
      if (row.readAtMs === atMs + HOUR_MS) counts += row.counts;
    }
    return counts / 1000;
  }

  async function everything(): Promise<SqlChoice> {
    const { rows } = await place.db.query<{ kind: string; subject: string }>(
      "select kind, subject from derived_subject",
    );
    const of = (kind: string) => rows.filter((row) => row.kind === kind).map(({ subject }) => subject);
    const variables = { agent: of("agent"), district: of("district"), account: of("account"), zone: ["Asia/Shanghai"] };
    const toMs = installation.liveStartMs + HOUR_MS;
    return { fromMs: toMs - (DAYS - 1) * 24 * HOUR_MS, toMs, variables };
  }

  /** What analytics writes each night; it does not run in this test. */
  async function addNights(db: Database): Promise<void> {
    await db.query(
      `insert into dma_night (dma_id, night, mnf_m3h, expected_m3h, band_low_m3h, band_high_m3h, completeness)
       select id, to_timestamp($1::float8 / 1000)::date - 1, 6, 4, 3, 5, 1 from dma`,
      [installation.liveStartMs],
    );
  }
});

async function openAsGrafana(db: Database): Promise<Database> {
  const { role, address, database } = await setUpGrafanaReader(db, PASSWORD);
  const url = new URL(`postgres://${role}@${address}/${database}`);
  url.password = PASSWORD;
  return openDatabase({ url: url.href, logger: silent, maxConnections: 1 });
}
