import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentConfig, ChannelDescription, ComputedChannel, type MissingReason, type Reading } from "@nightflow/domain";
import fc from "fast-check";
import pino from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { FakeTime } from "../testing/fake-time.ts";
import { type BaseVolumeTotal, conversionFactor } from "./base-volume.ts";
import { ComputedChannels } from "./computed-channels.ts";
import { fileTotalStore, type TotalStore, type Totals } from "./total-store.ts";

const T0 = Date.UTC(2026, 0, 5, 8);
const PERIOD_S = 900;

const CHANNELS = [
  { id: "A.t", quantity: "forward_total", unit: "m3", resolution: 0.001 },
  { id: "B.t", quantity: "forward_total", unit: "L", resolution: 10 },
  { id: "C.t", quantity: "forward_total", unit: "m3", resolution: 0.1 },
  { id: "V.t", quantity: "net_total", unit: "m3", resolution: 0.001 },
  { id: "W.t", quantity: "net_total", unit: "m3", resolution: 0.001 },
  { id: "A.f", quantity: "flow", unit: "m3/h" },
  { id: "B.f", quantity: "flow", unit: "L/h" },
  { id: "V.f", quantity: "flow", unit: "m3/h" },
  { id: "G.vm", quantity: "vm_total", unit: "m3", resolution: 0.1 },
  { id: "G.p", quantity: "pressure", unit: "bar" },
  { id: "G.c", quantity: "temperature", unit: "Cel" },
  { id: "G.vb", quantity: "vb_total", unit: "Sm3", resolution: 0.1 },
].map((channel) => ChannelDescription.parse(channel));

const SUM = ComputedChannel.parse({
  kind: "sum",
  channel: "V.t",
  meter: "V",
  periodS: PERIOD_S,
  terms: [{ channel: "A.t" }, { channel: "B.t" }, { channel: "C.t", factor: -1 }],
});
const GAS = {
  kind: "baseVolume",
  channel: "G.vb",
  meter: "G",
  periodS: PERIOD_S,
  volume: "G.vm",
  pressure: { channel: "G.p", isGauge: true, atmosphericKPa: 100 },
  temperature: { channel: "G.c" },
} as const;

const good = (channel: string, readAt: number, value: number | bigint, flags: string[] = []) =>
  ({ quality: flags.length > 0 ? "suspect" : "good", channel, readAt, value, flags }) as Reading;
const missing = (channel: string, readAt: number, reason: MissingReason) =>
  ({ quality: "missing", channel, readAt, reason }) as Reading;

function memoryStore(): TotalStore & { kept: Map<string, BaseVolumeTotal> } {
  const kept = new Map<string, BaseVolumeTotal>();
  const save = (totals: Totals) => {
    for (const [id, total] of totals) kept.set(id, total);
  };
  return { kept, load: () => kept, save };
}

function computing(computed: ComputedChannel[], store: TotalStore = memoryStore()) {
  const time = new FakeTime(T0);
  const made: Reading[] = [];
  const channels = new Map(CHANNELS.map((channel) => [channel.id as string, channel]));
  const deps = { computed, channels, clock: time, timers: time, store, logger: pino({ level: "silent" }) };
  const all = new ComputedChannels({ ...deps, collect: (readings) => made.push(...readings) });
  return { time, made, all };
}

describe("a virtual meter, A + B − C", () => {
  it("adds counts of different units and sizes exactly, at the middle of their instants", async () => {
    const { time, made, all } = computing([SUM]);
    all.take([good("A.t", T0 + 1000, 123_456_789), good("B.t", T0 + 2000, 12_345), good("C.t", T0 + 3000, 100)]);
    await time.run(1500);
    expect(made).toEqual([good("V.t", T0 + 2000, 123_456_789 + 123_450 - 10_000)]);
  });

  it("stays exact for totals wider than a float is", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 62n), fc.bigInt(0n, 2n ** 50n), fc.nat(2 ** 30), (a, b, c) => {
        const { made, all } = computing([SUM]);
        all.take([good("A.t", T0, a), good("B.t", T0, b), good("C.t", T0, c)]);
        all.close();
        expect(made.map((reading) => "value" in reading && BigInt(reading.value))).toEqual([
          a + b * 10n - BigInt(c) * 100n,
        ]);
      }),
      { seed: 20_263, numRuns: 200 },
    );
  });

  it("adds gauges in the unit of the sum", () => {
    const flows = {
      ...SUM,
      channel: "V.f",
      terms: [
        { channel: "A.f", factor: 1 },
        { channel: "B.f", factor: -1 },
      ],
    };
    const { made, all } = computing([ComputedChannel.parse(flows)]);
    all.take([good("A.f", T0, 5), good("B.f", T0, 1500)]);
    all.close();
    expect(made).toEqual([good("V.f", T0, 3.5)]);
  });

  it("is missing for the reason of the term that is missing, and never a sum of the rest", async () => {
    const { time, made, all } = computing([SUM]);
    all.take([good("A.t", T0, 5), good("B.t", T0, 5), missing("C.t", T0, "disconnected")]);
    await time.run(100_000);
    expect(made).toEqual([missing("V.t", T0, "disconnected")]);
  });

  it("is missing when a term does not come in time, and waits for one that comes late but in time", async () => {
    const { time, made, all } = computing([SUM]);
    all.take([good("A.t", T0, 5), good("B.t", T0, 5)]);
    await time.run(89_000);
    expect(made).toEqual([]);
    await time.run(5000);
    expect(made).toEqual([missing("V.t", T0, "timeout")]);
  });

  it("takes no reading that lies too far from the boundary, and the nearest of several", () => {
    const { made, all } = computing([{ ...SUM, terms: [{ channel: "A.t", factor: 1 }] } as ComputedChannel]);
    all.take([good("A.t", T0 - 400_000, 1), good("A.t", T0 + 30_000, 2), good("A.t", T0 + 10_000, 3)]);
    all.close();
    expect(made).toEqual([good("V.t", T0 + 10_000, 3)]);
  });

  it("is suspect with the flags of a suspect term", () => {
    const { made, all } = computing([SUM]);
    all.take([good("A.t", T0, 1), good("B.t", T0, 1, ["device_alarm"]), good("C.t", T0, 0)]);
    all.close();
    expect(made).toEqual([good("V.t", T0, 11, ["device_alarm"])]);
  });

  it("may be a term of one below it in the list", () => {
    const below = { ...SUM, channel: "W.t", terms: [{ channel: "V.t" }, { channel: "A.t" }] };
    const { made, all } = computing([SUM, ComputedChannel.parse(below)]);
    all.take([good("A.t", T0, 1), good("B.t", T0, 0), good("C.t", T0, 0)]);
    all.close();
    expect(made).toEqual([good("V.t", T0, 1), good("W.t", T0, 2)]);
  });
});

describe("gas at base conditions", () => {
  const gas = (more: object = {}) => ComputedChannel.parse({ ...GAS, ...more });
  const step = (boundary: number, vm: number, bar = 4, celsius = 10) => {
    const at = T0 + boundary * PERIOD_S * 1000;
    return [good("G.vm", at, vm), good("G.p", at, bar), good("G.c", at, celsius)];
  };
  const values = (made: readonly Reading[]) =>
    made.map((reading) => ("value" in reading ? Number(reading.value) : reading.reason));

  it("is volume times pressure over base pressure times base temperature over temperature", () => {
    const base = { base: { pressureKPa: 101.325, temperatureC: 20 }, compressibilityRatio: 1 };
    expect(conversionFactor(base, 101.325, 20)).toBe(1);
    expect(conversionFactor(base, 500, 10)).toBeCloseTo(5.1089, 4);
    expect([conversionFactor(base, 0, 10), conversionFactor(base, 500, -273.15)]).toEqual([null, null]);
  });

  it("counts on from what the meter at flowing conditions counted, without losing what is left between two counts", () => {
    const { made, all } = computing([gas()]);
    for (let boundary = 0; boundary <= 1000; boundary++) {
      all.take(step(boundary, boundary));
      all.evaluate();
    }
    const factor = conversionFactor(gas() as never, 500, 10) ?? 0;
    expect(values(made).at(-1)).toBe(Math.floor(1000 * factor));
    expect(values(made)[0]).toBe(0);
  });

  it("goes on after a restart where it stood", () => {
    const store = memoryStore();
    const first = computing([gas({ startCounts: 500 })], store);
    first.all.take([...step(0, 1000), ...step(1, 1100)]);
    first.all.close();
    const second = computing([gas({ startCounts: 500 })], store);
    second.all.take(step(2, 1200));
    second.all.close();
    const factor = conversionFactor(gas() as never, 500, 10) ?? 0;
    expect(values([...first.made, ...second.made])).toEqual([
      500,
      500 + Math.floor(100 * factor),
      500 + Math.floor(200 * factor),
    ]);
  });

  it("is missing without pressure, and later converts what was counted meanwhile and says so", async () => {
    const { time, made, all } = computing([gas()]);
    all.take(step(0, 1000));
    all.take([
      good("G.vm", T0 + 900_000, 1100),
      missing("G.p", T0 + 900_000, "timeout"),
      good("G.c", T0 + 900_000, 10),
    ]);
    await time.run(1_000_000);
    all.take(step(2, 1200));
    all.close();
    const factor = conversionFactor(gas() as never, 500, 10) ?? 0;
    expect(values(made)).toEqual([0, "timeout", Math.floor(200 * factor)]);
    expect(made.at(-1)).toMatchObject({ quality: "suspect", flags: ["gap"] });
  });

  it("takes the fallback while a sensor says nothing, and is suspect then", async () => {
    const { time, made, all } = computing([gas({ pressure: { ...GAS.pressure, fallback: 400 } })]);
    all.take([good("G.vm", T0, 1000), missing("G.p", T0, "sentinel"), good("G.c", T0, 10)]);
    await time.run(100_000);
    expect(made).toMatchObject([{ quality: "suspect", value: 0, flags: ["bad_status"] }]);
  });

  it("adds nothing for a total that falls, and flags it", () => {
    const { made, all } = computing([gas()]);
    all.take([...step(0, 1000), ...step(1, 40), ...step(2, 140)]);
    all.close();
    const factor = conversionFactor(gas() as never, 500, 10) ?? 0;
    expect(values(made)).toEqual([0, 0, Math.floor(100 * factor)]);
    expect(made[1]).toMatchObject({ quality: "suspect", flags: ["negative"] });
  });

  it("publishes nothing that would be gone after a power cut", () => {
    const store = {
      load: () => new Map(),
      save: () => {
        throw new Error("disk full");
      },
    };
    const { made, all } = computing([gas()], store);
    all.take(step(0, 1000));
    all.close();
    expect(made).toEqual([]);
  });

  it("is never a number that is none, whatever the sensors say", () => {
    const any = fc.double();
    fc.assert(
      fc.property(any, any, fc.nat(1e9), (bar, celsius, vm) => {
        const { made, all } = computing([gas()]);
        all.take([...step(0, 0), ...step(1, vm, bar, celsius)]);
        all.close();
        for (const reading of made) if ("value" in reading) expect(Number.isFinite(Number(reading.value))).toBe(true);
      }),
      { seed: 20_264, numRuns: 300 },
    );
  });
});

describe("totals on disk", () => {
  const folders: string[] = [];
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), "totals-"));
    folders.push(made);
    return made;
  };
  const logger = pino({ level: "silent" });
  afterEach(() => {
    for (const each of folders.splice(0)) rmSync(each, { recursive: true });
  });

  it("are there again after a restart", () => {
    const dataDir = folder();
    const total = { vmCounts: "1200", vbCounts: "12345678901234567890", restCounts: 0.25, factor: 5, at: T0 };
    fileTotalStore(dataDir, logger).save(new Map([["G.vb", total]]));
    expect([...fileTotalStore(dataDir, logger).load()]).toEqual([["G.vb", total]]);
  });

  it("begin anew when their file is damaged, which is set aside", () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, "computed-totals.json"), '{"v":1,"totals":{"G.vb":{"vmCou');
    expect(fileTotalStore(dataDir, logger).load().size).toBe(0);
    expect(fileTotalStore(dataDir, logger).load().size).toBe(0);
  });
});

describe("the configuration of computed channels", () => {
  const config = (computed: readonly object[]) =>
    AgentConfig.safeParse({
      v: 1,
      channels: CHANNELS,
      computed,
      buses: [
        {
          id: "b",
          kind: "modbus-tcp",
          host: "127.0.0.1",
          units: [
            {
              meter: "A",
              unitId: 1,
              profile: "tuf-2000",
              periodS: 60,
              channels: { a: "A.t", b: "B.t", c: "C.t", f: "A.f", vm: "G.vm", p: "G.p", t: "G.c" },
            },
          ],
        },
      ],
    });
  const faults = (computed: readonly object[]) =>
    config(computed).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);

  it("is taken where every input is read and every unit fits", () => {
    expect(faults([SUM, GAS])).toBeUndefined();
  });

  it.each([
    [
      "an input that nobody reads",
      { ...SUM, terms: [{ channel: "W.t" }] },
      /computed\.0: V\.t is computed from W\.t, which no bus feeds/,
    ],
    ["a channel that a bus feeds", { ...SUM, channel: "A.t" }, /A\.t, which is fed already/],
    ["totals with gauges", { ...SUM, terms: [{ channel: "A.f" }] }, /cannot be the sum of totals and gauges/],
    [
      "units that do not fit",
      { ...GAS, pressure: { channel: "G.c" } },
      /G\.c is in Cel; the pressure is needed in kPa/,
    ],
    [
      "a sensor without channel and fallback",
      { ...GAS, temperature: {} },
      /temperature: needs a channel, a fallback, or both/,
    ],
    ["a total of the wrong kind", { ...GAS, channel: "V.t" }, /V\.t must be vb_total in Sm3/],
  ])("names %s", (_what, computed, expected) => {
    expect(faults([computed])?.join("\n")).toMatch(expected);
  });
});
