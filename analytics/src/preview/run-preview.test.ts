import type { Curve } from "@nightflow/storage";
import { expect, test } from "vitest";
import type { PreviewRequest } from "../pure/preview-result.ts";
import { DEFAULT_TUNING, type ParameterValues, type TunedRule } from "../pure/tuning.ts";
import { FACTORY, factoryLitres, factoryMeter } from "../testing/factory.ts";
import { chanceOf } from "../testing/mixed-feed.ts";
import { columnsOf, DAY_MS, HOUR_MS, homeLitres, hourlyRows, meterOf, START_MS } from "../testing/series.ts";
import type { KnownOutcome } from "./known-outcomes.ts";
import { type PreviewDeps, runPreview } from "./run-preview.ts";

const FAULT = 40 * 24 + 12;
const HOMES = ["a", "b", "c", "d"].map((name) => meterOf(name, { dma: name < "c" ? "west" : "east" }));
/** Home b leaks 100 L/h for two days on end. */
const USES: Readonly<Record<string, (hour: number) => number>> = {
  b: (hour) => homeLitres(hour) + (hour >= FAULT && hour < FAULT + 50 ? 100 : 0),
};

function curveOf(channel: string, fromMs: number, toMs: number): Curve {
  const use = USES[channel.split(".")[0] ?? ""] ?? homeLitres;
  const rows = hourlyRows(channel, 60 * 24, use).filter(({ readAtMs }) => readAtMs >= fromMs && readAtMs < toMs);
  return { channel, ...columnsOf(rows) };
}

const asked: PreviewRequest = {
  rule: "CONT_FLOW",
  old: { ...DEFAULT_TUNING.CONT_FLOW },
  new: { ...DEFAULT_TUNING.CONT_FLOW, leastHours: 72, leastSurprise: 60 },
  fromMs: START_MS + 30 * DAY_MS,
  toMs: START_MS + 60 * DAY_MS,
  dma: null,
};

function run(change: Partial<PreviewRequest> = {}, deps: Partial<PreviewDeps> = {}) {
  const shown: number[] = [];
  const all: PreviewDeps = {
    store: { curve: async (channel, fromMs, toMs) => curveOf(channel, fromMs, toMs) },
    channels: HOMES,
    tuning: DEFAULT_TUNING,
    outcomes: [],
    signal: new AbortController().signal,
    progress: async (share) => void shown.push(share),
    ...deps,
  };
  return runPreview(all, { ...asked, ...change }).then((result) => ({ result, shown }));
}

const withDefaults = (rule: TunedRule): { old: ParameterValues; new: ParameterValues } => ({
  old: { ...DEFAULT_TUNING[rule] },
  new: { ...DEFAULT_TUNING[rule] },
});

test("the parameters of now and those tried are counted beside each other, by week and district, with examples", async () => {
  const { result, shown } = await run();
  expect(result).toMatchObject({ findings: { old: 1, new: 0 }, added: 0, gone: 1, subjects: 4, ofSubjects: 4 });
  expect(result.perDistrict).toEqual([{ dma: "west", old: 1, new: 0 }]);
  expect(result.perWeek.map(({ old }) => old)).toEqual([0, 1, 0, 0, 0]);
  expect(result.perThousandMonths.old).toBeCloseTo(250, 6);
  expect(result.examples).toMatchObject([{ change: "gone", subject: "b", reason: { en: expect.any(String) } }]);
  expect(shown.at(-1)).toBe(1);
});

test("what runs back is judged by the reverse register where there is one", async () => {
  const [home] = HOMES;
  const back = meterOf("a", { channel: "a.reverse_total", quantity: "reverse_total", dma: "west" });
  const store: PreviewDeps["store"] = {
    curve: async (channel, fromMs, toMs) => {
      if (channel !== back.channel) return curveOf(channel, fromMs, toMs);
      const rows = hourlyRows(channel, 60 * 24, (hour) => (hour >= FAULT && hour < FAULT + 6 ? 9 : 0));
      return { channel, ...columnsOf(rows.filter(({ readAtMs }) => readAtMs >= fromMs && readAtMs < toMs)) };
    },
  };
  const defaults = withDefaults("REVERSE");
  const change = { rule: "REVERSE", ...defaults, new: { ...defaults.new, leastLitres: 100 } } as const;
  const { result } = await run(change, { store, channels: home === undefined ? [] : [home, back] });
  expect(result).toMatchObject({ findings: { old: 1, new: 0 }, gone: 1, subjects: 1 });
});

test("the same parameters find the same", async () => {
  const { result } = await run(withDefaults("CONT_FLOW"));
  expect(result).toMatchObject({ findings: { old: 1, new: 1 }, added: 0, gone: 0 });
  expect(result.examples.map(({ change }) => change)).toEqual(["kept"]);
});

test("what people found is hit or missed", async () => {
  const known = (subject: string, outcome: KnownOutcome["outcome"]): KnownOutcome => ({
    anomalyId: `${subject}-1`,
    rule: "CONT_FLOW",
    subject,
    startMs: START_MS + 41 * DAY_MS,
    endMs: START_MS + 43 * DAY_MS,
    outcome,
  });
  const outcomes = [known("b", "confirmed_leak_customer"), known("a", "normal_use"), known("gone", "burst")];
  const { result } = await run({}, { outcomes });
  expect(result.confirmed).toEqual({ old: 1, new: 0, of: 1 });
  expect(result.falseAlarms).toEqual({ old: 0, new: 0, of: 1 });
  expect(result.outcomes.find(({ subject }) => subject === "b")).toMatchObject({ isHitOld: true, isHitNew: false });
});

test("too many meters are sampled by hash and the result says so; time that runs out too", async () => {
  const few = await run({}, { limits: { subjects: 2, tookMs: 60_000, readings: 1e6 } });
  expect(few.result).toMatchObject({ subjects: 2, ofSubjects: 4, whyFewer: "sampled" });
  const short = await run({}, { limits: { subjects: 10, tookMs: -1, readings: 1e6 } });
  expect(short.result).toMatchObject({ subjects: 0, whyFewer: "time", perThousandMonths: { old: 0, new: 0 } });
});

test("a scope of one district looks at its meters alone", async () => {
  const { result } = await run({ dma: "east" });
  expect(result).toMatchObject({ findings: { old: 0, new: 0 }, ofSubjects: 2 });
});

test("a district is judged with its inlets, and one that holds too many readings is named and left out", async () => {
  const inlet = meterOf("in", { purpose: "dma", inletOf: [{ dma: "west", sign: 1 }], litresPerCount: 1000 });
  const steps = (hour: number) => 20 + (hour % 24) + (hour >= 45 * 24 ? 10 : 0);
  const store = {
    curve: async (channel: string, fromMs: number, toMs: number) => {
      const rows = hourlyRows(channel, 60 * 24, steps);
      return { channel, ...columnsOf(rows.filter(({ readAtMs }) => readAtMs >= fromMs && readAtMs < toMs)) };
    },
  };
  const request = { rule: "NIGHT_MIN", ...withDefaults("NIGHT_MIN") } as const;
  const tried = { ...request.new, acceptNights: 5 };
  const { result } = await run({ ...request, new: tried }, { store, channels: [inlet] });
  expect(result).toMatchObject({ findings: { old: 1, new: 1 }, perDistrict: [{ dma: "west", old: 1, new: 1 }] });
  const small = { subjects: 10, tookMs: 60_000, readings: 10 };
  expect((await run(request, { store, channels: [inlet], limits: small })).result.tooLarge).toEqual(["west"]);
});

test("a preview that is told to stop stops", async () => {
  await expect(run({}, { signal: AbortSignal.abort() })).rejects.toThrow();
});

test("a key account is one subject, the sum of its meters, and is found once", async () => {
  const [a, b] = [factoryMeter("a", {}), factoryMeter("b", {})];
  const day = 8 * 7 + 1;
  const store = {
    curve: async (channel: string, fromMs: number, toMs: number) => {
      const factor = (hour: number) => (hour >= day * 24 + 9 && hour < day * 24 + 14 ? 2 : 1);
      const rows = hourlyRows(channel, (day + 2) * 24, (hour) => Math.round(factoryLitres(hour) * factor(hour)));
      return { channel, ...columnsOf(rows.filter(({ readAtMs }) => readAtMs >= fromMs && readAtMs < toMs)) };
    },
  };
  const deps = { store, channels: [a, b, ...HOMES] };
  const period = { fromMs: START_MS + 50 * DAY_MS, toMs: START_MS + 59 * DAY_MS };
  const request = { rule: "LOAD_HIGH", ...withDefaults("LOAD_HIGH"), ...period } as const;
  const { result } = await run({ ...request, new: { ...request.new, hours: 48 } }, deps);
  expect(result).toMatchObject({ subjects: 1, ofSubjects: 1, findings: { old: 1, new: 0 }, gone: 1 });
  expect(result.examples).toMatchObject([{ subjectKind: "account", subject: FACTORY }]);
  const known: KnownOutcome = {
    anomalyId: "f-1",
    rule: "LOAD_HIGH",
    subject: FACTORY,
    startMs: START_MS + day * DAY_MS,
    endMs: START_MS + (day + 1) * DAY_MS,
    outcome: "confirmed_leak_customer",
  };
  const judged = await run(request, { ...deps, outcomes: [known] });
  expect(judged.result.confirmed).toEqual({ old: 1, new: 1, of: 1 });
  const usage = await run({ rule: "USAGE_CHANGE", ...withDefaults("USAGE_CHANGE"), ...period }, deps);
  expect(usage.result.ofSubjects).toBe(1 + HOMES.length);
});

test("the gas of a customer is judged by the weather of its unit, that of two hundred days too", async () => {
  const air = meterOf("air", {
    channel: "air.temperature",
    purpose: "station",
    quantity: "temperature",
    unit: "Cel",
    litresPerCount: null,
    isOutdoor: true,
  });
  const gas = meterOf("flat", { commodity: "gas", quantity: "vb_total", weather: air.channel });
  const chance = chanceOf(5);
  const celsiusOf = (hour: number) => 5 + 4 * Math.sin(Math.floor(hour / 24) / 2.3);
  const litres = (hour: number) => {
    if (hour % 24 < 5) return 0;
    const fault = hour >= 150 * 24 && hour < 162 * 24 ? 2.4 : 1;
    return Math.round((20 + 40 * (18 - celsiusOf(hour))) * fault * (0.85 + 0.3 * chance()));
  };
  const flow = hourlyRows(gas.channel, 180 * 24, litres);
  const store: PreviewDeps["store"] = {
    curve: async (channel, fromMs, toMs) => {
      const rows = flow.filter(({ readAtMs }) => readAtMs >= fromMs && readAtMs < toMs);
      const columns = columnsOf(rows.map((row) => ({ ...row, channel })));
      if (channel === air.channel)
        rows.forEach(({ readAtMs }, i) => {
          columns.gauges[i] = celsiusOf((readAtMs - START_MS) / HOUR_MS);
        });
      return { channel, ...columns };
    },
  };
  const period = { fromMs: START_MS + 120 * DAY_MS, toMs: START_MS + 180 * DAY_MS };
  const request = { rule: "USAGE_CHANGE", ...withDefaults("USAGE_CHANGE"), ...period } as const;
  const { result } = await run(request, { store, channels: [gas, air] });
  expect(result).toMatchObject({ findings: { old: 1, new: 1 }, subjects: 1 });
  const blind = await run(request, { store, channels: [{ ...gas, weather: null }, air] });
  expect(blind.result.findings).toEqual({ old: 0, new: 0 });
});
