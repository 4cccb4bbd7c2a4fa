import { AgentConfig, type Reading, textToWords } from "@nightflow/domain";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { loadProfiles } from "../../profiles/library.ts";
import { FakeLine } from "../../testing/fake-line.ts";
import { FakeTime } from "../../testing/fake-time.ts";
import type { WriteOrder } from "../driver.ts";
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

  it("lets somebody look at its line in idle time and for a tenth of a full bus, and keeps its polls", async () => {
    const { time, line, readings, start } = setUp(16, { timeoutMs: 500 });
    for (const [unitId] of line.units) line.units.set(unitId, { afterMs: 100, answer: mag() });
    const bus = start();
    let answers = 0;
    const scan = async () => {
      for (let unitId = 100; unitId < 140; unitId++) {
        const look = { unitId, functionCode: 3, address: 0, quantity: 1, words: 1, timeoutMs: 500 } as const;
        if ((await bus.look(look)).answer.kind === "timeout") answers++;
      }
    };
    void scan();
    await time.run(PERIOD_MS * 12);
    expect(answers).toBe(40);
    for (let unit = 1; unit <= 16; unit++) expect(of(readings, `M-${unit}.flow`).length).toBeGreaterThanOrEqual(11);
    await Promise.all([bus.close(), time.run(1000)]);
    const late = { unitId: 1, functionCode: 3, address: 0, quantity: 1, words: 1, timeoutMs: 500 } as const;
    expect((await bus.look(late)).answer.kind).toBe("disconnected");
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

  it("asks a register that the meter refuses only seldom, and its neighbours together as before", async () => {
    const { time, line, readings, start } = setUp(1);
    line.units.set(1, { afterMs: 5, answer: mag((request) => request.address + lengthOf(request) > 3018) });
    start();
    await time.run(PERIOD_MS * 30 + 100);
    expect(line.asked.filter(({ address }) => address === 3018)).toHaveLength(1);
    expect(of(readings, "M-1.forward_total").filter(({ quality }) => quality === "good")).toHaveLength(31);
    expect(of(readings, "M-1.reverse_total").every(({ quality }) => quality === "missing")).toBe(true);
    line.units.set(1, { afterMs: 5, answer: mag() });
    await time.run(PERIOD_MS * 10);
    expect(of(readings, "M-1.reverse_total").at(-1)?.quality).toBe("good");
  });

  it("reads a meter at once when asked to, silent or not, and tells what came of it", async () => {
    const { time, line, readings, start } = setUp(2);
    const bus = start();
    await time.run(PERIOD_MS / 2);
    const before = readings.length;
    const reading = bus.readNow("M-2");
    await time.run(100);
    expect(await reading).toMatchObject({ outcome: "answered", readings: { length: 3 } });
    expect(readings.length - before).toBe(3);
    line.units.delete(2);
    const silent = bus.readNow("M-2");
    await time.run(5000);
    expect(await silent).toMatchObject({ outcome: "silent" });
    expect(await bus.readNow("M-9")).toMatchObject({ outcome: "unknown-meter", readings: [] });
  });

  it("asks a meter that was set apart at once when an operator says that it is mended", async () => {
    const { time, line, readings, start } = setUp(2);
    line.units.delete(2);
    const bus = start();
    await time.run(PERIOD_MS * 40);
    line.units.set(2, { afterMs: 5, answer: mag() });
    expect(bus.retry("M-1")).toBe(0);
    expect(bus.retry()).toBe(1);
    await time.run(50);
    expect(of(readings, "M-2.forward_total").at(-1)?.quality).toBe("good");
  });

  it("writes between two polls, reads back what it wrote, and says when that differs", async () => {
    const { time, line, start } = setUp(2);
    const memory = new Map<number, number>();
    const answer = (request: LineRequest): LineAnswer => {
      if (isRead(request))
        return {
          kind: "words",
          words: Array.from({ length: request.words }, (_, n) => memory.get(request.address + n) ?? 0),
        };
      if (request.address === 99) return { kind: "exception", code: 3, text: "no such value" };
      for (const [n, value] of request.values.entries())
        memory.set(request.address + n, request.address === 50 ? 7 : value);
      return { kind: "written" };
    };
    line.units.set(1, { afterMs: 5, answer });
    const bus = start();
    await time.run(100);
    const write = async (change: Partial<Extract<WriteOrder, { kind: "modbus" }>>) => {
      const result = bus.write({
        kind: "modbus",
        meter: "M-1",
        functionCode: 16,
        address: 10,
        values: [1, 2],
        verify: true,
        ...change,
      });
      await time.run(1000);
      return result;
    };
    expect(await write({})).toEqual({ outcome: "done", detail: null });
    expect(await write({ address: 50 })).toEqual({ outcome: "differs", detail: "written 1, 2, read back 7, 7" });
    expect(await write({ address: 99 })).toEqual({ outcome: "refused", detail: "no such value" });
    expect(await write({ functionCode: 6 })).toMatchObject({ outcome: "unsupported" });
    expect(await write({ functionCode: 5, values: [2] })).toMatchObject({ outcome: "unsupported" });
    expect(await write({ meter: "M-9" })).toMatchObject({ outcome: "unknown-meter" });
    expect(await bus.write({ kind: "command", meter: "M-1", command: "valve_open" })).toMatchObject({
      outcome: "unsupported",
    });
  });

  it("sends a broadcast to unit 0 and waits for nobody", async () => {
    const { time, line, start } = setUp(2);
    line.units.set(0, { afterMs: 150, answer: () => ({ kind: "written" }) });
    const bus = start();
    await time.run(100);
    const sent = bus.write({ kind: "modbus", meter: null, functionCode: 6, address: 1, values: [3], verify: true });
    await time.run(1000);
    expect(await sent).toEqual({ outcome: "sent", detail: null });
    expect(line.asked.filter(({ unitId }) => unitId === 0)).toMatchObject([{ functionCode: 6, isBroadcast: true }]);
  });

  it("refuses orders that would pile up, and ends those that wait when it is closed", async () => {
    const { time, line, start } = setUp(1, { timeoutMs: 1000 });
    line.units.clear();
    const bus = start();
    const orders = Array.from({ length: 120 }, () => bus.readNow("M-1"));
    expect(await orders[119]).toMatchObject({ outcome: "busy" });
    const closing = bus.close();
    await time.run(10_000);
    await closing;
    expect((await orders[50])?.outcome).toBe("disconnected");
  });

  it("lets go of a line that others want too, and takes it again for the next poll", async () => {
    const { time, line, readings, start } = setUp(2, { idleCloseMs: 500 });
    const bus = start();
    await time.run(2000);
    expect(line.isReleased).toBe(true);
    expect(bus.lineHealth()).toMatchObject({ isOpen: false, fault: null });
    await time.run(PERIOD_MS * 3);
    expect(of(readings, "M-2.forward_total").map(({ quality }) => quality)).toEqual(["good", "good", "good", "good"]);
  });

  it("asks nobody before its line's first connection, so that a slow start is no failure of the meters", async () => {
    const { time, line, readings, start } = setUp(2, { timeoutMs: 500 });
    line.isOpen = false;
    const bus = start();
    await time.run(PERIOD_MS * 2 + 1000);
    line.setOpen(true);
    await time.run(PERIOD_MS);
    expect(readings.filter(({ quality }) => quality !== "good")).toEqual([]);
    expect(of(readings, "M-2.flow")).toHaveLength(2);
    expect(bus.health().map(({ failures }) => failures)).toEqual([0, 0]);
    expect(bus.pollsSkipped).toBe(0);
  });

  it("says that its meters are missing once the first connection has failed", async () => {
    const { time, line, readings, start } = setUp(1, { timeoutMs: 500 });
    Object.assign(line, { isOpen: false, fault: "10.0.0.7 refuses port 502" });
    start();
    await time.run(1000);
    expect(readings[0]).toMatchObject({ quality: "missing", reason: "disconnected" });
  });

  it("tells success, latency and time-outs of each meter, and how busy the line is", async () => {
    const { time, line, start } = setUp(2, { retries: 0 });
    line.units.set(1, { afterMs: 500, answer: mag() });
    line.units.delete(2);
    const bus = start();
    await time.run(62_000);
    expect(bus.health()[0]).toMatchObject({
      state: "good",
      successRatio: 1,
      latencyMs: 500,
      latencyMaxMs: 500,
      timeouts: 0,
    });
    expect(bus.health()[1]).toMatchObject({ state: "silent", successRatio: 0, latencyMs: null, lastGoodAt: null });
    const { load, requests, timeouts } = bus.lineHealth();
    expect(requests - timeouts).toBe(14);
    expect(load).toBeGreaterThan(0.1);
    expect(load).toBeLessThan(0.4);
  });

  it("says that a period is too short for the bus, and takes it back when it is not any more", async () => {
    const { time, line, start } = setUp(3, { timeoutMs: 9000 });
    for (const unitId of [1, 2, 3]) line.units.set(unitId, { afterMs: 3000, answer: mag() });
    const bus = start();
    await time.run(PERIOD_MS * 20);
    expect(bus.health().some(({ tooShort }) => tooShort)).toBe(true);
    for (const unitId of [1, 2, 3]) line.units.set(unitId, { afterMs: 5, answer: mag() });
    await time.run(PERIOD_MS * 20);
    expect(bus.health().some(({ tooShort }) => tooShort)).toBe(false);
  });

  it("spreads the polls of its meters over the period, each at the same moment every time", async () => {
    const { time, line, start } = setUp(8, { spread: 0.5 });
    start();
    await time.run(PERIOD_MS * 5);
    const momentsOf = (unitId: number) =>
      line.asked
        .filter((asked) => asked.unitId === unitId)
        .slice(2)
        .map(({ atMs }) => Math.floor((atMs % PERIOD_MS) / 100));
    expect(new Set(momentsOf(3)).size).toBeLessThanOrEqual(2);
    expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map((unitId) => momentsOf(unitId)[0])).size).toBeGreaterThan(4);
    expect(Math.max(...[1, 2, 3, 4, 5, 6, 7, 8].flatMap(momentsOf))).toBeLessThanOrEqual(51);
  });
});
