import { AgentConfig, type Reading } from "@nightflow/domain";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { loadProfiles } from "../../profiles/library.ts";
import { textToWords } from "../../profiles/words.ts";
import { FakeLine } from "../../testing/fake-line.ts";
import { FakeTime } from "../../testing/fake-time.ts";
import { ModbusBus } from "./bus.ts";
import type { LineAnswer, LineRequest } from "./line.ts";
import { isRead } from "./pdu.ts";
import { UnitReader } from "./unit-reader.ts";

const START = 1_750_000_500_000;
const PERIOD_MS = 10_000;
const WORDS: Record<number, string> = { 3002: "3C4C CCCD", 3014: "40FE 240C 9FBE 76C9", 3018: "0000 0000 0000 0000" };

/** A MAG 6000 that answers its golden words, and refuses what `refuse` names. */
function mag(refuse: (request: LineRequest) => boolean = () => false) {
  return (request: LineRequest): LineAnswer => {
    if (refuse(request)) return { kind: "exception", code: 2, text: "illegal address" };
    const memory = new Map<number, number>();
    for (const [at, text] of Object.entries(WORDS))
      for (const [n, word] of textToWords(text).entries()) memory.set(Number(at) + n, word);
    if (!isRead(request)) return { kind: "written" };
    return {
      kind: "words",
      words: Array.from({ length: request.words }, (_, n) => memory.get(request.address + n) ?? 0),
    };
  };
}

function setUp(
  units: number,
  change: Partial<{ timeoutMs: number; retries: number; idleCloseMs: number; spread: number }> = {},
) {
  const time = new FakeTime(START);
  const line = new FakeLine(time);
  const registers = { forward_total: "forward_total", reverse_total: "reverse_total", flow: "flow" };
  const meters = Array.from({ length: units }, (_, at) => ({
    meter: `M-${at + 1}`,
    unitId: at + 1,
    profile: "siemens-mag6000",
    periodS: PERIOD_MS / 1000,
    channels: Object.fromEntries(Object.keys(registers).map((name) => [name, `M-${at + 1}.${name}`])),
  }));
  const config = AgentConfig.parse({
    v: 1,
    channels: meters.flatMap(({ meter }) => [
      { id: `${meter}.forward_total`, quantity: "forward_total", unit: "m3", resolution: 0.001 },
      { id: `${meter}.reverse_total`, quantity: "reverse_total", unit: "m3", resolution: 0.001 },
      { id: `${meter}.flow`, quantity: "flow", unit: "m3/h" },
    ]),
    buses: [{ id: "bus", kind: "modbus-tcp", host: "localhost", spread: 0, units: meters, ...change }],
  });
  const [bus] = config.buses;
  const profile = loadProfiles().get("siemens-mag6000");
  if (bus?.kind !== "modbus-tcp" || profile?.protocol !== "modbus") throw new Error("set-up");
  const channels = new Map(config.channels.map((channel) => [channel.id as string, channel]));
  const readings: Reading[] = [];
  for (const unit of bus.units) line.units.set(unit.unitId, { afterMs: 5, answer: mag() });
  const clock = { aheadMs: 0, now: () => time.now() + clock.aheadMs, toRealMs: (ms: number) => ms };
  const start = () =>
    new ModbusBus({
      bus,
      units: bus.units.map((unit) => new UnitReader(unit, profile, channels)),
      line,
      clock,
      timers: time,
      realNow: () => time.now(),
      random: () => 0.5,
      logger: pino({ level: "silent" }),
      collect: (taken) => readings.push(...taken),
    });
  return { time, clock, line, readings, start };
}

const lengthOf = (request: LineRequest) => (isRead(request) ? request.words : 0);
const of = (readings: Reading[], channel: string) => readings.filter((reading) => reading.channel === channel);

describe("a Modbus bus", () => {
  it("reads every meter at once and then at the boundaries of the grid", async () => {
    const { time, readings, start } = setUp(3);
    start();
    await time.run(PERIOD_MS * 3 + 100);
    const totals = of(readings, "M-3.forward_total");
    expect(totals.map((reading) => "value" in reading && reading.value)).toEqual([
      123456789, 123456789, 123456789, 123456789,
    ]);
    for (const { readAt } of totals) expect(readAt % PERIOD_MS).toBeLessThan(PERIOD_MS / 10);
  });

  it("stamps a reading with the middle between question and answer", async () => {
    const { time, line, readings, start } = setUp(1);
    line.units.set(1, { afterMs: 40, answer: mag() });
    start();
    await time.run(100);
    expect(readings[0]?.readAt).toBe(START + 20);
  });

  it("stamps it so also when the clock, years behind, is set right in between", async () => {
    const { time, clock, line, readings, start } = setUp(1);
    line.units.set(1, { afterMs: 40, answer: mag() });
    clock.aheadMs = -START;
    start();
    await time.run(20);
    clock.aheadMs = 0;
    await time.run(80);
    expect(readings[0]?.readAt).toBe(START + 20);
  });

  it("keeps 98 % of the live meters' polls while one meter is silent, even where a probe takes longer than a period", async () => {
    const { time, line, readings, start } = setUp(8, { timeoutMs: 15_000 });
    line.units.delete(4);
    const bus = start();
    await time.run(PERIOD_MS * 1000);
    const good = of(readings, "M-5.forward_total").filter((reading) => reading.quality === "good");
    expect(good.length).toBeGreaterThanOrEqual(980);
    expect(bus.health()[3]?.state).toBe("silent");
    expect(bus.pollsSkipped).toBeGreaterThan(0);
  });

  it("says at every boundary that a silent meter is missing", async () => {
    const { time, line, readings, start } = setUp(3);
    line.units.delete(2);
    start();
    await time.run(PERIOD_MS * 20);
    const silent = of(readings, "M-2.forward_total");
    expect(silent.length).toBeGreaterThanOrEqual(19);
    expect(silent.every((reading) => reading.quality === "missing" && reading.reason === "timeout")).toBe(true);
  });

  it("reads a silent meter again soon after it has come back", async () => {
    const { time, line, readings, start } = setUp(3);
    line.units.delete(2);
    const bus = start();
    await time.run(PERIOD_MS * 20);
    line.units.set(2, { afterMs: 5, answer: mag() });
    await time.run(PERIOD_MS * 16);
    expect(of(readings, "M-2.forward_total").at(-1)?.quality).toBe("good");
    expect(bus.health()[1]?.state).toBe("good");
  });

  it("skips overdue polls and counts them, and never makes up for them", async () => {
    const { time, line, start } = setUp(2, { timeoutMs: 5000 });
    for (const unitId of [1, 2]) line.units.set(unitId, { afterMs: 900, answer: mag() });
    const bus = start();
    await time.run(PERIOD_MS * 2);
    for (const unitId of [1, 2]) line.units.set(unitId, { afterMs: 4000, answer: mag() });
    await time.run(PERIOD_MS * 30);
    const before = line.asked.length;
    for (const unitId of [1, 2]) line.units.set(unitId, { afterMs: 5, answer: mag() });
    await time.run(PERIOD_MS * 10);
    expect(bus.pollsSkipped).toBeGreaterThanOrEqual(15);
    expect(line.asked.length - before).toBeLessThanOrEqual(2 * 2 * 12);
  });

  it("one refused register does not void the others of its request", async () => {
    const { time, line, readings, start } = setUp(1);
    line.units.set(1, { afterMs: 5, answer: mag((request) => request.address + lengthOf(request) > 3018) });
    const bus = start();
    await time.run(PERIOD_MS + 100);
    expect(of(readings, "M-1.forward_total").map(({ quality }) => quality)).toEqual(["good", "good"]);
    expect(of(readings, "M-1.reverse_total").map((reading) => reading.quality === "missing" && reading.reason)).toEqual(
      ["exception", "exception"],
    );
    expect(bus.health()[0]?.state).toBe("failing");
  });

  it("repeats a question that went unanswered before it calls the reading missing", async () => {
    const { time, line, readings, start } = setUp(1, { retries: 2, timeoutMs: 1000 });
    let asked = 0;
    line.units.set(1, { afterMs: 0, answer: (request) => (asked++ < 2 ? { kind: "timeout" } : mag()(request)) });
    start();
    await time.run(5000);
    expect(readings.every(({ quality }) => quality === "good")).toBe(true);
  });

  it("says disconnected while the line is down, and reads as soon as it is back", async () => {
    const { time, line, readings, start } = setUp(2);
    line.setOpen(false);
    start();
    await time.run(PERIOD_MS * 2 + 3000);
    expect(readings.every((reading) => reading.quality === "missing" && reading.reason === "disconnected")).toBe(true);
    line.setOpen(true);
    await time.run(100);
    expect(of(readings, "M-2.forward_total").at(-1)?.quality).toBe("good");
  });

  it("makes the connection anew when nobody on it answers any more", async () => {
    const { time, line, start } = setUp(3);
    line.units.clear();
    start();
    await time.run(PERIOD_MS);
    expect(line.recycled).toBeGreaterThan(0);
  });
});
