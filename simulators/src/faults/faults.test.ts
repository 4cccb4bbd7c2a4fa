import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../demand/calendar.ts";
import { buildTown } from "../town/build-town.ts";
import { isCounting } from "../town/town.ts";
import { TownRegisters } from "../town/town-registers.ts";
import { defaultFaultScript } from "./default-script.ts";
import { type Fault, FaultPlan, faultFlowM3h, faultVolumeM3 } from "./fault.ts";
import { FaultBook } from "./fault-book.ts";
import { openFaultBook } from "./fault-store.ts";

const startMs = Date.UTC(2026, 5, 1);
const town = buildTown({ seed: 5, historyStartMs: startMs - 10 * DAY_MS, homesPerDma: 4 });
const toilet: Fault = { id: "t", kind: "toilet", meter: "N1-H001", flowM3h: 0.1, startMs, endMs: null };
const growing: Fault = { ...toilet, id: "g", kind: "growing_leak", rampMs: 2 * DAY_MS };

function newDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), "nightflow-faults-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  return dataDir;
}

describe("a fault", () => {
  test("of steady flow lets flow × time through between its start and its end", () => {
    const ended: Fault = { ...toilet, endMs: startMs + 10 * HOUR_MS };
    expect(faultVolumeM3(ended, startMs - 1)).toBe(0);
    expect(faultVolumeM3(ended, startMs + 5 * HOUR_MS)).toBeCloseTo(0.5, 9);
    expect(faultVolumeM3(ended, startMs + 99 * HOUR_MS)).toBeCloseTo(1, 9);
    expect(faultFlowM3h(ended, startMs + 10 * HOUR_MS)).toBe(0);
  });

  test("that grows is at half its flow after half its ramp and at all of it after", () => {
    expect(faultFlowM3h(growing, startMs + DAY_MS)).toBeCloseTo(0.05, 9);
    expect(faultFlowM3h(growing, startMs + 9 * DAY_MS)).toBe(0.1);
    expect(faultVolumeM3(growing, startMs + 2 * DAY_MS)).toBeCloseTo(0.1 * 24, 9);
    expect(faultVolumeM3(growing, startMs + 3 * DAY_MS)).toBeCloseTo(0.1 * 48, 9);
  });

  test("at a customer shows on his register and on his district's inlet alike", () => {
    const sound = new TownRegisters(town);
    const leaking = new TownRegisters(town, new FaultBook([toilet]));
    const atMs = startMs + 12 * HOUR_MS;
    const more = (id: string) =>
      leaking.registerAt(id, "forward_total", atMs) - sound.registerAt(id, "forward_total", atMs);
    expect([more("N1-H001"), more("N1-INLET"), more("N1-H002"), more("N2-INLET")]).toEqual([1200, 1200, 0, 0]);
  });

  test("of the mains shows on the inlet alone", () => {
    const leak: Fault = { id: "n", kind: "network_leak", dma: "DMA-N1", flowM3h: 0.25, startMs, endMs: null };
    const sound = new TownRegisters(town);
    const leaking = new TownRegisters(town, new FaultBook([leak]));
    const atMs = startMs + 4 * HOUR_MS;
    const more = town.meters
      .filter((meter) => meter.commodity === "water" && isCounting(meter))
      .map((m) => leaking.registerAt(m.id, "forward_total", atMs) - sound.registerAt(m.id, "forward_total", atMs));
    expect(more.reduce((a, b) => a + b, 0)).toBe(1000);
    expect(more[0]).toBe(1000);
  });
});

describe("a repair", () => {
  test("never makes a register fall, whenever it comes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(toilet, growing),
        fc.integer({ min: -HOUR_MS, max: 5 * DAY_MS }),
        fc.nat(DAY_MS),
        (fault, repairAfterMs, laterMs) => {
          const book = new FaultBook([fault]);
          const registers = new TownRegisters(town, book);
          const repairAt = startMs + repairAfterMs;
          const before = registers.registerAt("N1-H001", "forward_total", repairAt);
          book.repair(fault.id, repairAt);
          expect(registers.registerAt("N1-H001", "forward_total", repairAt)).toBe(before);
          expect(registers.registerAt("N1-H001", "forward_total", repairAt + laterMs)).toBeGreaterThanOrEqual(before);
          expect(registers.registerAt("N1-H001", "flow", repairAt + laterMs)).toBeLessThan(0.45);
        },
      ),
      { seed: 4, numRuns: 100 },
    );
  });

  test("of a fault that is over changes nothing, and of one that has not begun cancels it", () => {
    const over: Fault = { ...toilet, endMs: startMs + HOUR_MS };
    const book = new FaultBook([over, { ...growing, startMs: startMs + DAY_MS }]);
    expect(book.repair("t", startMs + 2 * HOUR_MS)).toEqual(over);
    const cancelled = book.repair("g", startMs + 2 * HOUR_MS);
    expect(cancelled?.endMs).toBe(cancelled?.startMs);
    expect(book.repair("nobody", startMs)).toBeUndefined();
  });

  test("outlives the process: the next run starts with it and not with the plan", () => {
    const dataDir = newDataDir();
    openFaultBook(dataDir, [toilet, growing]).repair("t", startMs + HOUR_MS);
    const reopened = openFaultBook(dataDir, [toilet]);
    expect(reopened.list().map(({ id, endMs }) => [id, endMs])).toEqual([
      ["t", startMs + HOUR_MS],
      ["g", null],
    ]);
  });
});

describe("a fault plan", () => {
  test("that makes no sense is refused with all its faults", () => {
    const dataDir = newDataDir();
    const backwards: Fault = { ...toilet, endMs: startMs - 1 };
    expect(() => openFaultBook(dataDir, [backwards, { ...growing, flowM3h: -1 }])).toThrow(ConfigError);
    expect(FaultPlan.safeParse([toilet, toilet]).error?.issues[0]?.message).toBe("fault t is planned twice");
  });

  test("kept by a former run and damaged since is named, not overwritten", () => {
    const dataDir = newDataDir();
    writeFileSync(join(dataDir, "faults.json"), "{");
    expect(() => openFaultBook(dataDir, [])).toThrow(/not JSON/);
    expect(readFileSync(join(dataDir, "faults.json"), "utf8")).toBe("{");
  });

  test("of the default script gives every kind an end and hits meters that exist", () => {
    const script = defaultFaultScript(town, startMs);
    expect(script.every((fault) => fault.endMs !== null && fault.startMs > startMs)).toBe(true);
    expect(new Set(script.map((fault) => fault.kind))).toEqual(
      new Set(["toilet", "burst", "silent_unit", "network_leak", "growing_leak", "extra_use", "gas_leak", "pump_trip"]),
    );
    const targets = script.flatMap((fault) => ("meter" in fault ? fault.meter : []));
    expect(targets.every((id) => town.meters.some((meter) => meter.id === id))).toBe(true);
    expect(new Set(targets).size).toBe(targets.length);
  });

  test("of the default script lets a continuous-flow rule find the toilet within thirty hours", () => {
    const script = defaultFaultScript(town, startMs);
    const fault = script.find((known) => known.kind === "toilet");
    const meter = fault !== undefined && "meter" in fault ? fault.meter : "";
    const registers = new TownRegisters(town, new FaultBook(script));
    const at = (hour: number) => registers.registerAt(meter, "forward_total", startMs + hour * HOUR_MS);
    for (let hour = 2; hour < 30; hour++) expect(at(hour + 1) - at(hour)).toBeGreaterThanOrEqual(149);
  });
});
