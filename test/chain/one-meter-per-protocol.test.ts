import { channelIdOf } from "@nightflow/domain";
import type { ApiClient } from "@nightflow/nightflow";
import type { TownMeter } from "@nightflow/simulators";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Installation } from "../support/installation.ts";
import { ServedValues } from "../support/served-values.ts";
import { repeatedRows, storedRows } from "../support/stored-rows.ts";
import { testedStores } from "../support/stores.ts";

interface Reading {
  readonly channel: string;
  readonly unit: string;
  readonly readAt: number;
  readonly value: number | null;
  readonly quality: string;
}

interface MeterDetail {
  readonly register: number | null;
  readonly unit: string;
  readonly lastValueAt: number | null;
  readonly channels: readonly { readonly id: string; readonly unit: string; readonly resolution: number | null }[];
}

interface RawCurve {
  readonly unit: string;
  readonly readAt: readonly number[];
  readonly register: readonly (number | null)[];
}

const FACTOR = 1440;
/** From the value leaving the meter to the agent's stamp: half a second of real time at most. */
const STAMP_TOLERANCE_MS = 500 * FACTOR;
const MIN_READINGS = 4;

/** One meter of every register map and protocol that the town has. */
const KINDS: readonly { name: string; unit: string; isOne: (meter: TownMeter) => boolean }[] = [
  { name: "a Siemens MAG 6000 over Modbus TCP", unit: "m3", isOne: (meter) => meter.profile === "siemens-mag6000" },
  { name: "a TUF-2000 over Modbus TCP", unit: "m3", isOne: (meter) => meter.profile === "tuf-2000" },
  {
    name: "a precession-vortex gas meter over Modbus TCP",
    unit: "Sm3",
    isOne: (meter) => meter.profile === "vortex-gas",
  },
  {
    name: "a water meter over OPC UA",
    unit: "m3",
    isOne: ({ access, commodity }) => access.kind === "opcua" && commodity === "water",
  },
  {
    name: "a gas station over OPC UA",
    unit: "Sm3",
    isOne: ({ access, commodity }) => access.kind === "opcua" && commodity === "gas",
  },
  { name: "a water meter over CJ/T 188", unit: "m3", isOne: ({ access }) => access.kind === "cjt188" },
  { name: "a water meter over M-Bus", unit: "m3", isOne: ({ access }) => access.kind === "mbus" },
  { name: "an encrypted water meter over wireless M-Bus", unit: "m3", isOne: ({ access }) => access.kind === "wmbus" },
];

describe.each(testedStores())("from the meter to the API, on $name", (store) => {
  describe.runIf(store.isThere)("with a town of one meter and more of each kind", () => {
    let installation: Installation;
    let api: ApiClient;
    let served: ServedValues;

    beforeAll(async () => {
      installation = await Installation.make({
        place: await store.place(),
        factor: FACTOR,
        homesPerDma: 3,
        otherProtocols: true,
      });
      const { agent } = await installation.startAll();
      api = await installation.signIn("control");
      await eventually("readings of every kind of meter", async () => {
        for (const { isOne } of KINDS) if ((await readingsOf(meterOf(isOne))).length < MIN_READINGS) return undefined;
        return true;
      });
      await eventually("every meter to be collected", async () => {
        const { total } = await api.get<{ total: { meters: number; good: number } }>("/api/collection");
        return total.meters === installation.town.meters.length && total.good === total.meters ? true : undefined;
      });
      await agent.stop();
      await installation.stopTown();
      served = await ServedValues.read(installation.ledgerDir, installation.town);
    });

    afterAll(() => installation?.close());

    const meterOf = (isOne: (meter: TownMeter) => boolean): TownMeter => {
      const meter = installation.town.meters.find(isOne);
      if (meter === undefined) throw new Error("the town has no such meter");
      return meter;
    };
    const channelOf = (meter: TownMeter) =>
      channelIdOf(meter.id, meter.commodity === "gas" ? "vb_total" : "forward_total");
    /** Newest first, from the first value on: before it the agent was still connecting, and says so. */
    const readingsOf = async ({ id }: TownMeter): Promise<Reading[]> => {
      const { items } = await api.get<{ items: Reading[] }>(`/api/meters/${id}/readings?limit=500`);
      const has = ({ value }: Reading) => value !== null;
      return items.slice(Math.max(0, items.findIndex(has)), items.findLastIndex(has) + 1);
    };

    it.each(KINDS)("shows what $name served, in its unit and at its time", async ({ isOne, unit }) => {
      const meter = meterOf(isOne);
      const readings = await readingsOf(meter);
      const resolution = unit === "m3" ? 0.001 : 0.01;
      const values = served.of(channelOf(meter));
      // On a machine that is busy with other tests a poll may come too late; that is said, and stays the exception.
      const isMissing = ({ quality, value }: Reading) => quality === "missing" && value === null;
      expect(readings.filter(isMissing).length).toBeLessThan(readings.length / 2);
      for (const { channel, readAt, value, unit: shown, quality } of readings.filter((one) => !isMissing(one))) {
        expect({ channel, shown, quality }).toEqual({ channel: channelOf(meter), shown: unit, quality: "good" });
        const counts = Math.round((value ?? Number.NaN) / resolution);
        const matches = values.filter((one) => one.value === counts);
        expect(matches, `${channel} ${value}`).not.toHaveLength(0);
        expect(Math.min(...matches.map((one) => Math.abs(one.servedAtMs - readAt)))).toBeLessThan(STAMP_TOLERANCE_MS);
      }
    });

    it.each(KINDS)("gives the curve and the last value of $name over HTTP", async ({ isOne, unit }) => {
      const meter = meterOf(isOne);
      const readings = (await readingsOf(meter)).toReversed();
      const [first, last] = [readings.at(0), readings.at(-1)];
      const detail = await api.get<MeterDetail>(`/api/meters/${meter.id}`);
      expect(detail).toMatchObject({ unit, register: last?.value, lastValueAt: last?.readAt });
      const span = `from=${first?.readAt}&to=${(last?.readAt ?? 0) + 1}`;
      const curve = await api.get<RawCurve>(`/api/meters/${meter.id}/curve?${span}&step=raw`);
      expect(curve.unit).toBe(unit);
      expect(curve.readAt).toEqual(readings.map(({ readAt }) => readAt));
      expect(curve.register).toEqual(readings.map(({ value }) => value));
    });

    it("shows meters as late once nobody collects any more", async () => {
      await eventually("a late meter", async () => {
        const { items } = await api.get<{ items: { id: string; status: string }[] }>("/api/meters?status=late");
        return items.some(({ id }) => id === "N1-INLET") ? true : undefined;
      });
    });

    it("holds nothing that no meter has served, and nothing twice", async () => {
      const channels = await api
        .get<{ items: { id: string }[] }>("/api/meters?limit=500")
        .then(({ items }) => Promise.all(items.map(({ id }) => api.get<MeterDetail>(`/api/meters/${id}`))))
        .then((meters) => meters.flatMap((meter) => meter.channels.map(({ id }) => id)));
      await installation.stopUp();
      const rows = await installation.withHeadEnd(async ({ store: held }) =>
        held === null ? [] : storedRows(held, channels),
      );
      expect(rows.length).toBeGreaterThan(100);
      expect(repeatedRows(rows)).toBe(0);
      expect(rows.filter(({ channel, value }) => value !== null && !served.has(channel, value))).toEqual([]);
    });
  });
});
