import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { channelIdOf, type WireReading } from "@nightflow/domain";
import { publishImport } from "@nightflow/nightflow";
import { isCounting, townHistory } from "@nightflow/simulators";
import { setUpInflux } from "@nightflow/storage";
import { type BareInfluxd, findInfluxd, startBareInfluxd } from "@nightflow/storage/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askFlux, type FluxRow, type FluxSource } from "../support/flux.ts";
import { type Chosen, defaultsOf, interpolated, queriesOf } from "../support/grafana.ts";
import { alertRulesOf } from "../support/grafana-sql.ts";
import { Installation } from "../support/installation.ts";

const DASHBOARD = readFileSync(
  new URL("../../dashboards/grafana/generated/influxdb/nightflow.json", import.meta.url),
  "utf8",
);
const QUERIES = queriesOf(DASHBOARD);
const RULES = alertRulesOf(
  readFileSync(
    new URL("../../dashboards/grafana/provisioning/influxdb/alerting/nightflow-influxdb.yaml", import.meta.url),
    "utf8",
  ),
);
const HOUR_MS = 3_600_000;
const A_YEAR_MS = Date.UTC(2020, 0, 1);
// A week and more: the rule of nights wants seven before the newest.
const DAYS = 9;
const ACCOUNT = "HOTEL";
const GAS_CUSTOMER = "GAS-C01";

describe.runIf(findInfluxd() !== undefined)("Grafana's dashboard on an InfluxDB that the chain filled", () => {
  let folder: string;
  let influxd: BareInfluxd;
  let installation: Installation;
  let grafana: FluxSource;
  let operatorToken: string;
  let chosen: Chosen;
  let counts: ReadonlyMap<string, ReadonlyMap<number, number>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nightflow-grafana-"));
    influxd = await startBareInfluxd(folder);
    const { url } = influxd;
    const [org, bucket] = ["nightflow", "readings"];
    const tokens = await setUpInflux({ url, org, bucket, username: "nightflow", password: "password of tests" });
    const place = { kind: "influxdb", url, org, bucket, token: tokens.operatorToken } as const;
    installation = await Installation.make({ place, historyDays: DAYS, homesPerDma: 2 });
    await sendGaps(installation);
    operatorToken = tokens.operatorToken;
    grafana = { url, org, token: tokens.readToken };
    chosen = chosenFor(installation, bucket);
    counts = countsOf(installation, [ACCOUNT, GAS_CUSTOMER, ...inletsOf(installation)]);
  });

  afterAll(async () => {
    await installation?.close();
    await influxd?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  // Gauges have no history to show.
  const counting = () => installation.town.meters.filter(isCounting);
  const ask = (title: string, changes: Partial<Chosen> = {}): Promise<FluxRow[]> => {
    const found = QUERIES.find((one) => one.title.includes(title));
    if (found === undefined) throw new RangeError(`the dashboard has no ${title}`);
    return askFlux(grafana, interpolated(found.query, { ...chosen, ...changes }));
  };

  it.each(QUERIES)("gives rows to a token that may only read: $title", async ({ title }) => {
    expect(await ask(title)).not.toHaveLength(0);
  });

  it.each(RULES)(
    "gives one number a series for the alert rule, and does not fire on a sound town: $title",
    async (rule) => {
      const rows = await askFlux(
        grafana,
        interpolated(rule.model.query ?? "", { ...chosen, fromMs: chosen.toMs - rule.lookBackMs }),
      );
      expect(rows).not.toHaveLength(0);
      for (const row of rows) expect(rule.fires(Number(row._value))).toBe(false);
    },
  );

  it("fires the dead man's rule when nothing has come for over two hours", async () => {
    const rule = RULES.find(({ noDataState }) => noDataState === "Alerting") ?? expect.fail("there is no such rule");
    const toMs = chosen.toMs + 3 * HOUR_MS;
    const [row] = await askFlux(
      grafana,
      interpolated(rule.model.query ?? "", { ...chosen, fromMs: toMs - rule.lookBackMs, toMs }),
    );
    expect(rule.fires(Number(row?._value))).toBe(true);
  });

  // Nights by the flow of each of their hours, m³/h, in a year that nothing else is in.
  it.each([
    ["A1-INLET", "a factory that rests at weekends", [6, 6, 6, 6, 1, 1, 6, 6, 6, 6, 6, 1, 1, 6], false],
    ["A2-INLET", "a leak", [6, 7, 6, 6, 5, 6, 6, 10], true],
    ["A3-INLET", "a night of which only two hours are over", [6, 7, 6, 6, 5, 6, 6, 6, [20, 20]], false],
  ] as const)(
    "fires the rule of nights for what is out of the usual only: %s, %s",
    async (meter, _, nights, isRise) => {
      const rule = RULES.find(({ uid }) => uid === "nf-influx-night") ?? expect.fail("there is no such rule");
      await writeNights({ ...grafana, token: operatorToken }, chosen.bucket, meter, nights);
      const toMs = A_YEAR_MS + nights.length * 24 * HOUR_MS;
      const query = interpolated(rule.model.query ?? "", { ...chosen, fromMs: toMs - rule.lookBackMs, toMs });
      const rows = (await askFlux(grafana, query)).filter((row) => row.m === meter);
      expect(rows.map((row) => rule.fires(Number(row._value)))).toEqual([isRise]);
    },
  );

  it("knows nothing of an inlet's nights in its first week", async () => {
    const rule = RULES.find(({ uid }) => uid === "nf-influx-night") ?? expect.fail("there is no such rule");
    await writeNights({ ...grafana, token: operatorToken }, chosen.bucket, "A4-INLET", [6, 6, 6, 6, 6, 6, 10]);
    const toMs = A_YEAR_MS + 7 * 24 * HOUR_MS;
    const query = interpolated(rule.model.query ?? "", { ...chosen, fromMs: toMs - rule.lookBackMs, toMs });
    expect((await askFlux(grafana, query)).filter((row) => row.m === "A4-INLET")).toEqual([]);
  });

  it("offers the districts' inlets and every meter with a register", async () => {
    const inlets = await ask("variable inlet");
    expect(inlets.map((row) => row._value).toSorted()).toEqual(inletsOf(installation).toSorted());
    expect(await ask("variable account")).toHaveLength(counting().length);
  });

  it("counts as many readings an hour as there are", async () => {
    const inAnHour = (await ask("Readings per hour")).find((row) => row._time === isoOf(chosen.fromMs + 24 * HOUR_MS));
    const expected = counting().reduce((sum, meter) => sum + 3600 / meter.periodS, 0);
    expect(Number(inAnHour?._value)).toBe(expected);
  });

  it("shows the share of polls that brought nothing", async () => {
    const shares = (await ask("Share of missing")).map((row) => Number(row._value));
    expect(Math.max(...shares)).toBeGreaterThan(0);
    expect(shares.filter((share) => share > 0)).toHaveLength(1);
  });

  it("tells a channel that only ever missed from those that report", async () => {
    const [reporting] = await ask("Channels reporting");
    const [known] = await ask("Channels known");
    expect(Number(reporting?._value)).toBe(counting().length);
    expect(Number(known?._value)).toBe(counting().length + 1);
  });

  it("puts the age of each meter's newest value beside its newest gap", async () => {
    const rows = await ask("Last readings");
    const hotel = rows.find((row) => row.meter === ACCOUNT);
    expect(hotel).toMatchObject({ last_reading: isoOf(chosen.toMs - HOUR_MS), age_h: "1" });
    expect(rows.filter((row) => row.last_gap !== "")).toHaveLength(1);
  });

  it("gives an inlet's hours and its quietest hour of each night as the registers say", async () => {
    const [inlet = ""] = inletsOf(installation);
    const hours = await ask("Inlet flow", { variables: { ...chosen.variables, inlet } });
    expect(hours).toHaveLength((chosen.toMs - HOUR_MS - chosen.fromMs) / HOUR_MS);
    for (const row of hours) expect(Number(row._value)).toBeCloseTo(volumeOf(inlet, Date.parse(row._time ?? "")), 6);
    const nights = await ask("Night minimum", { variables: { ...chosen.variables, inlet } });
    for (const { _time } of nights) expect(Date.parse(_time ?? "")).toBe(midnightBefore(Date.parse(_time ?? "")));
    // The range may begin or end within a night, of which it holds only some of the hours.
    const whole = nights.filter(({ _time }) => isWholeNight(Date.parse(_time ?? "")));
    expect(whole.length).toBeGreaterThanOrEqual(DAYS - 2);
    for (const row of whole) expect(Number(row._value)).toBeCloseTo(nightMinimum(inlet, row._time), 6);
  });

  it("adds an account's hours and days up to its register's difference", async () => {
    const registers = counts.get(ACCOUNT);
    const expected = ((registers?.get(chosen.toMs - HOUR_MS) ?? 0) - (registers?.get(chosen.fromMs) ?? 0)) / 1000;
    const [total] = await ask("Volume in the range");
    expect(Number(total?._value)).toBeCloseTo(expected, 6);
    const hours = await ask("Hourly volume");
    expect(hours.reduce((sum, row) => sum + Number(row._value), 0)).toBeCloseTo(expected, 6);
    // The day before the range is asked for too, since its last register is what the first day begins with.
    const days = (await ask("Daily volume")).filter(
      ({ _time }) => Date.parse(_time ?? "") >= midnightBefore(chosen.fromMs),
    );
    expect(days).toHaveLength(DAYS - 1);
    for (const row of days) {
      const day = Array.from({ length: 24 }, (_, i) => volumeOf(ACCOUNT, Date.parse(row._time ?? "") + i * HOUR_MS));
      expect(Number(row._value)).toBeCloseTo(sumOf(day), 6);
    }
  });

  it("makes volumes of a gas meter's counts of 0.01 m³ without being told their size", async () => {
    const registers = counts.get(GAS_CUSTOMER);
    const expected = ((registers?.get(chosen.toMs - HOUR_MS) ?? 0) - (registers?.get(chosen.fromMs) ?? 0)) / 100;
    const [total] = await ask("Volume in the range", { variables: { ...chosen.variables, account: GAS_CUSTOMER } });
    expect(expected).toBeGreaterThan(0);
    expect(Number(total?._value)).toBeCloseTo(expected, 6);
  });

  function volumeOf(meter: string, fromMs: number): number {
    const registers = counts.get(meter);
    return ((registers?.get(fromMs + HOUR_MS) ?? Number.NaN) - (registers?.get(fromMs) ?? Number.NaN)) / 1000;
  }

  function isWholeNight(midnightMs: number): boolean {
    return midnightMs + 2 * HOUR_MS >= chosen.fromMs && midnightMs + 5 * HOUR_MS <= chosen.toMs - HOUR_MS;
  }

  // The town lives by UTC+8 all year.
  function nightMinimum(meter: string, midnight: string | undefined): number {
    const twoMs = Date.parse(midnight ?? "") + 2 * HOUR_MS;
    return Math.min(...[0, 1, 2].map((hour) => volumeOf(meter, twoMs + hour * HOUR_MS)));
  }
});

/** A register of 0.001 m³ at 18:00, 19:00, … UTC, the hours of the town's nights, where `nights` says what flowed in each hour, m³/h. */
async function writeNights(
  { url, org, token }: FluxSource,
  bucket: string,
  meter: string,
  nights: readonly (number | readonly number[])[],
): Promise<void> {
  let counts = 0;
  const lines = nights.flatMap((night, day) => {
    const hours = typeof night === "number" ? [night, night, night] : night;
    const startMs = A_YEAR_MS + (day * 24 + 18) * HOUR_MS;
    return [0, ...hours].map((m3h, hour) => {
      counts += m3h * 1000;
      return `reading,c=${meter}/f,m=${meter},q=forward_total,s=0.001 v=${counts}i,k=0i ${startMs + hour * HOUR_MS}`;
    });
  });
  const response = await fetch(`${url}/api/v2/write?org=${org}&bucket=${bucket}&precision=ms`, {
    method: "POST",
    headers: { authorization: `Token ${token}` },
    body: lines.join("\n"),
  });
  if (!response.ok) throw new Error(`InfluxDB answered ${response.status} ${await response.text()}`);
}

/** The local midnight before an instant. */
function midnightBefore(atMs: number): number {
  const dayMs = 24 * HOUR_MS;
  return Math.floor((atMs + 8 * HOUR_MS) / dayMs) * dayMs - 8 * HOUR_MS;
}

/** A range of whole hours that ends an hour after the newest reading, and the meters that a reader would pick. */
function chosenFor(installation: Installation, bucket: string): Chosen {
  const toMs = installation.liveStartMs + HOUR_MS;
  const variables = { ...defaultsOf(DASHBOARD), inlet: inletsOf(installation), account: ACCOUNT };
  return { fromMs: installation.liveStartMs - (DAYS - 1) * 24 * HOUR_MS, toMs, bucket, variables };
}

function inletsOf({ town }: Installation): string[] {
  return town.meters.filter((meter) => meter.kind === "dma_inlet").map((meter) => meter.id);
}

/** Registers that the town served, by meter and instant. */
function countsOf({ town, liveStartMs }: Installation, meters: readonly string[]) {
  const byMeter = new Map(meters.map((meter) => [meter, new Map<number, number>()]));
  for (const row of townHistory(town, { fromMs: town.historyStartMs, toMs: liveStartMs + 1 }))
    byMeter.get(row.meter)?.set(row.readAtMs, row.counts);
  return byMeter;
}

/** Two polls of one hour that brought nothing, of a channel that never brought anything. */
async function sendGaps(installation: Installation): Promise<void> {
  const channel = channelIdOf(ACCOUNT, "flow");
  const atMs = installation.liveStartMs - 30 * HOUR_MS;
  const gaps: WireReading[] = [0, 900_000].map((afterMs) => [channel, atMs + afterMs, null, 2, ["timeout"]]);
  async function* blocks() {
    yield gaps;
  }
  await installation.withHeadEnd(async ({ mqttUrl, password }) => {
    const target = { ...installation.importTarget, mqttUrl, password, username: "import", agent: "import" };
    await publishImport(target, "gaps-of-the-test", blocks());
  });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString().replace(".000Z", "Z");
}
