import type { ReadingColumns } from "@nightflow/storage";
import { describe, expect, test } from "vitest";
import { Engine } from "./engine.ts";
import { type GaugeReplay, replayGauges } from "./gauge-replay.ts";
import type { FindingEvent } from "./pure/finding.ts";
import { chanceOf } from "./testing/mixed-feed.ts";
import { HOUR_MS, meterOf, START_MS } from "./testing/series.ts";

const PER_DAY = 48;
const STEP_MS = HOUR_MS / 2;
const DAYS = 50;
const GAUGES = ["a", "b", "c"].map((id) =>
  meterOf(id, {
    channel: `${id}.pressure`,
    purpose: "station",
    quantity: "pressure",
    unit: "kPa",
    litresPerCount: null,
    dma: "north",
    periodMs: STEP_MS,
  }),
);

interface Row {
  readonly gauge: number;
  readonly step: number;
  readonly kPa: number;
}

/** Demand lowers all of them, the far ones more; `leak` lowers the third. */
function townRows(leak: (day: number) => number, seed = 5): Row[] {
  const chance = chanceOf(seed);
  return Array.from({ length: DAYS * PER_DAY }, (_, step) => step).flatMap((step) =>
    GAUGES.map((_, gauge) => {
      const hour = (step / 2) % 24;
      const demand = 0.6 + 0.5 * Math.sin(((hour - 8) / 24) * 2 * Math.PI) + 0.15 * Math.sin(step / 155);
      const kPa = 400 - 20 * (gauge + 1) * demand ** 1.85 + chance() + chance() - 1;
      return { gauge, step, kPa: kPa - (gauge === 2 ? leak(step / PER_DAY) : 0) };
    }),
  );
}

function columnsOf(rows: readonly Row[]): ReadingColumns {
  const length = rows.length;
  return {
    length,
    channels: GAUGES.map(({ channel }) => channel),
    channelNos: Int32Array.from(rows, ({ gauge }) => gauge),
    readAtMs: Float64Array.from(rows, ({ step }) => START_MS + step * STEP_MS),
    counts: new BigInt64Array(length),
    gauges: Float64Array.from(rows, ({ kPa }) => kPa),
    isRegister: new Uint8Array(length),
    qualities: new Uint8Array(length),
    flags: new Uint32Array(length),
    origins: new Uint8Array(length),
  };
}

class Town {
  readonly engine = new Engine(GAUGES);
  readonly #arrived: Row[] = [];
  readonly events: FindingEvent[] = [];

  take(rows: readonly Row[]): this {
    this.events.push(...this.engine.feed(columnsOf(rows)).events);
    this.#arrived.push(...rows);
    return this;
  }

  get told(): string[] {
    return this.events.map(({ rule, type }) => `${rule} ${type}`);
  }

  /** As the runner does, by what the store holds. */
  judgeAgain(): GaugeReplay[] {
    const noted = this.engine.takeLate();
    const late = new Map(noted.map(({ channel, spans }) => [channel, spans]));
    return noted.flatMap(({ channel }) => {
      const basis = this.engine.gaugeBasisOf(channel);
      const curves = basis?.gauges.map(({ meta }) => this.#curveOf(meta.channel)) ?? [];
      const replay = basis && replayGauges(basis, curves, late, this.engine.takeGauges());
      if (replay) this.engine.putGauges(replay.image);
      return replay ?? [];
    });
  }

  #curveOf(channel: string) {
    const no = GAUGES.findIndex((gauge) => gauge.channel === channel);
    const rows = this.#arrived.filter(({ gauge }) => gauge === no).toSorted((a, b) => a.step - b.step);
    return { channel, ...columnsOf(rows) };
  }
}

function split(rows: readonly Row[], isLate: (row: Row) => boolean) {
  return { inTime: rows.filter((row) => !isLate(row)), late: rows.filter(isLate) };
}

const isOf = (gauge: number, fromDay: number, toDay: number) => (row: Row) =>
  row.gauge === gauge && row.step > fromDay * PER_DAY && row.step < toDay * PER_DAY;
const rulesOf = (replays: readonly GaugeReplay[]) =>
  replays.flatMap(({ changes }) =>
    changes.map((change) => `${change.kind} ${(change.kind === "gone" ? change.was : change.now).finding.rule}`),
  );
const leakBetween = (from: number, to: number) => (day: number) => (day >= from && day < to ? 6 : 0);

describe("pressures that come late", () => {
  test("open the leak near a gauge that was silent while it lasted, as ended", () => {
    const { inTime, late } = split(townRows(leakBetween(30, 34)), isOf(2, 29, 35));
    const town = new Town().take(inTime);
    expect(town.told).toEqual([]);
    const replays = town.take(late).judgeAgain();
    expect(rulesOf(replays)).toEqual(["new PRESS_RESID"]);
    const [change] = replays.flatMap(({ changes }) => changes);
    const now = change?.kind === "new" ? change.now : undefined;
    expect(now?.clearedAtMs).not.toBeNull();
    expect(now?.finding.evidence?.details).toMatchObject({ gauge: "c.pressure" });
    expect(town.judgeAgain()).toEqual([]);
  });

  test("leave what they confirm as it was, and the state as if they had come in time", () => {
    const rows = townRows(leakBetween(25, 99));
    const { inTime, late } = split(rows, isOf(1, 36, 40));
    const town = new Town().take(inTime);
    expect(town.told[0]).toBe("PRESS_RESID open");
    expect(rulesOf(town.take(late).judgeAgain()).filter((change) => !change.startsWith("changed"))).toEqual([]);
    const whole = new Town().take(rows);
    expect(town.engine.takeGauges().districts).toEqual(whole.engine.takeGauges().districts);
  });

  test("below the limit that nobody saw are a finding of the gauge itself, and raise nothing of now while they are read", () => {
    const rows = townRows(() => 0).map((row) => (isOf(0, 20, 20.5)(row) ? { ...row, kPa: 90 } : row));
    const { inTime, late } = split(rows, isOf(0, 19, 22));
    const town = new Town().take(inTime).take(late);
    expect(town.told).toEqual([]);
    expect(rulesOf(town.judgeAgain())).toContain("new PRESS_LOW");
  });
});

describe("loggers that send a day at a time, one after another", () => {
  test("are compared hour by hour as if they had been read together", () => {
    const rows = townRows(leakBetween(30, 99));
    const together = new Town().take(rows);
    const days = Map.groupBy(rows, ({ step }) => Math.floor(step / PER_DAY));
    const apart = new Town();
    for (const day of days.values()) apart.take(day.toSorted((a, b) => a.gauge - b.gauge || a.step - b.step));
    expect(apart.told).toEqual(together.told);
    expect(apart.engine.takeLate()).toEqual([]);
  });

  test("are judged by their history where one sends a whole month after the others", () => {
    const rows = townRows(leakBetween(34, 37));
    const { inTime, late } = split(rows, isOf(2, 20, 99));
    const town = new Town().take(inTime);
    expect(rulesOf(town.take(late).judgeAgain())).toEqual(["new PRESS_RESID"]);
  });
});
