import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../demand/calendar.ts";
import { defaultFaultScript } from "../faults/default-script.ts";
import { FaultBook } from "../faults/fault-book.ts";
import { townHistory } from "../history.ts";
import { buildTown } from "./build-town.ts";
import { isCounting, type TownMeter, totalRegisterOf } from "./town.ts";
import { TownRegisters } from "./town-registers.ts";

const startMs = Date.UTC(2026, 2, 20);
const liveMs = startMs + 30 * DAY_MS;
const town = buildTown({ seed: 3, historyStartMs: startMs, homesPerDma: 10 });
const faults = new FaultBook(defaultFaultScript(town, liveMs));
const spanMs = 60 * DAY_MS;
const total = (meter: TownMeter) => totalRegisterOf(meter).name;
const anyInstant = fc.integer({ min: startMs, max: startMs + spanMs });
const options = { seed: 11, numRuns: 60 };

/** Counts of each hour of a meter. */
function hourly(registers: TownRegisters, meter: TownMeter, fromMs: number, hours: number): number[] {
  const at = (hour: number) => registers.registerAt(meter.id, total(meter), fromMs + hour * HOUR_MS);
  return Array.from({ length: hours }, (_, hour) => at(hour + 1) - at(hour));
}

describe("the town's registers", () => {
  test("are the same in any process and in any order of asking", () => {
    const asked = new TownRegisters(town, faults);
    fc.assert(
      fc.property(fc.constantFrom(...town.meters.filter(isCounting)), anyInstant, (meter, atMs) => {
        const fresh = new TownRegisters(town, faults);
        expect(asked.registerAt(meter.id, total(meter), atMs)).toBe(fresh.registerAt(meter.id, total(meter), atMs));
      }),
      options,
    );
  });

  test("never fall and always are whole counts", () => {
    const registers = new TownRegisters(town, faults);
    fc.assert(
      fc.property(
        fc.constantFrom(...town.meters.filter(isCounting)),
        anyInstant,
        fc.nat(3 * HOUR_MS),
        (meter, atMs, laterMs) => {
          const before = registers.registerAt(meter.id, total(meter), atMs);
          const after = registers.registerAt(meter.id, total(meter), atMs + laterMs);
          expect(Number.isInteger(before)).toBe(true);
          expect(after).toBeGreaterThanOrEqual(before);
        },
      ),
      { ...options, numRuns: 500 },
    );
  });

  test("of an inlet move by what its customers draw, its mains lose and leak: exactly, at any instants", () => {
    const registers = new TownRegisters(town, faults);
    fc.assert(
      fc.property(fc.constantFrom(...town.dmas), anyInstant, anyInstant, (dma, a, b) => {
        const [fromMs, toMs] = [Math.min(a, b), Math.max(a, b)];
        const moved = (id: string) =>
          registers.registerAt(id, "forward_total", toMs) - registers.registerAt(id, "forward_total", fromMs);
        const customers = town.meters.filter((meter) => meter.dmaId === dma.id && meter.supply !== null);
        const drawn = customers.reduce((sum, meter) => sum + moved(meter.id), 0);
        const leakMs = faults
          .ofDma(dma.id)
          .reduce((sum, leak) => sum + overlapMs(leak, fromMs, toMs) * ("flowM3h" in leak ? leak.flowM3h : 0), 0);
        const lost = ((dma.lossM3h * (toMs - fromMs) + leakMs) / HOUR_MS) * 1000;
        expect(Math.abs(moved(dma.inletMeters[0] ?? "") - drawn - lost)).toBeLessThanOrEqual(2);
      }),
      options,
    );
  });

  test("of the gas station move by what its customers draw and a small loss", () => {
    const registers = new TownRegisters(town);
    const moved = (id: string) =>
      registers.registerAt(id, "vb_total", liveMs) - registers.registerAt(id, "vb_total", startMs);
    const drawn = town.meters.filter((m) => m.kind === "gas_customer").reduce((sum, m) => sum + moved(m.id), 0);
    const lossCounts = (0.02 * 100 * (liveMs - startMs)) / HOUR_MS;
    expect(Math.abs(moved("GAS-STATION") - drawn - lossCounts)).toBeLessThanOrEqual(1);
  });

  test("show flows that belong to their volumes", () => {
    const registers = new TownRegisters(town, faults);
    const quarterMs = HOUR_MS / 4;
    for (const id of ["HOTEL", "N1-INLET", "GAS-STATION", "S2-H004"]) {
      const meter = town.meters.find((known) => known.id === id) as TownMeter;
      const perUnit = Math.round(1 / totalRegisterOf(meter).resolution);
      const atMs = startMs + 9.25 * HOUR_MS;
      const counts =
        registers.registerAt(id, total(meter), atMs + quarterMs) - registers.registerAt(id, total(meter), atMs);
      expect(registers.registerAt(id, "flow", atMs + 1)).toBeCloseTo((counts / perUnit) * 4, 1);
    }
  });

  test("say so when asked for a meter, a register or a time that is not there", () => {
    const registers = new TownRegisters(town);
    expect(() => registers.registerAt("NOBODY", "flow", liveMs)).toThrow(RangeError);
    expect(() => registers.registerAt("HOTEL", "voltage", liveMs)).toThrow(RangeError);
    expect(() => registers.registerAt("HOTEL", "forward_total", startMs - 2 * DAY_MS)).toThrow(RangeError);
  });
});

describe("the town's people", () => {
  const registers = new TownRegisters(town);

  test("sleep: every home has hours without flow on every day", () => {
    for (const meter of town.meters.filter(({ kind }) => kind === "household")) {
      let run = 0;
      for (const counts of hourly(registers, meter, startMs, 30 * 24)) {
        run = counts > 0 ? run + 1 : 0;
        expect(run, meter.id).toBeLessThan(20);
      }
    }
  });

  test("use what people use: 40 to 200 litres a head and day", () => {
    const homes = town.meters.filter(({ kind }) => kind === "household");
    const people = homes.reduce((sum, home) => sum + home.occupants, 0);
    const litres = homes.flatMap((home) => hourly(registers, home, startMs, 30 * 24)).reduce((a, b) => a + b, 0);
    expect(litres / people / 30).toBeGreaterThan(40);
    expect(litres / people / 30).toBeLessThan(200);
  });

  test("turn the gas off at night", () => {
    // 01:00 to 05:00 in Shanghai is 17:00 to 21:00 of the day before in UTC.
    for (const meter of town.meters.filter(({ kind }) => kind === "gas_customer"))
      for (let day = 0; day < 30; day++) {
        const night = hourly(registers, meter, startMs + day * DAY_MS + 17 * HOUR_MS, 4);
        expect(night, meter.id).toEqual([0, 0, 0, 0]);
      }
  });

  test("keep the hotel running all night and the factory on three shifts but for Sunday", () => {
    const meter = (id: string) => town.meters.find((known) => known.id === id) as TownMeter;
    expect(Math.min(...hourly(registers, meter("HOTEL"), startMs, 30 * 24))).toBeGreaterThan(1000);
    // 2026-03-22 is a Sunday; 02:00 to 04:00 on Wednesday 25th is the night shift.
    const sundayNoonMs = Date.UTC(2026, 2, 22, 4);
    const wednesdayNightMs = Date.UTC(2026, 2, 24, 18);
    const [sunday = 0] = hourly(registers, meter("FACTORY"), sundayNoonMs, 1);
    const [night = 0] = hourly(registers, meter("FACTORY"), wednesdayNightMs, 1);
    expect(night).toBeGreaterThan(4 * sunday);
  });
});

describe("the town's history", () => {
  test("goes on seamlessly in what is served live", () => {
    const registers = new TownRegisters(town, faults);
    for (const row of townHistory(town, { fromMs: liveMs - DAY_MS, toMs: liveMs }))
      expect(registers.registerAt(row.meter, row.register, row.readAtMs)).toBe(row.counts);
  });

  test("is on each meter's own grid, in order of time, without an instant twice", () => {
    const rows = [...townHistory(town, { fromMs: startMs + 1, toMs: startMs + DAY_MS + 1 })];
    expect(rows.filter((row) => row.meter === "N1-H001").length).toBe(24);
    expect(rows.filter((row) => row.meter === "HOTEL").length).toBe(96);
    expect(rows.every((row, i) => i === 0 || row.readAtMs >= (rows[i - 1]?.readAtMs ?? 0))).toBe(true);
    expect(rows.every((row) => row.readAtMs % 900_000 === 0)).toBe(true);
  });
});

function overlapMs(span: { startMs: number; endMs: number | null }, fromMs: number, toMs: number): number {
  return Math.max(0, Math.min(toMs, span.endMs ?? toMs) - Math.max(fromMs, span.startMs));
}
