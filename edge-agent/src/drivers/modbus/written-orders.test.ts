import { ChannelDescription, ModbusProfile, type ProfileCommand } from "@nightflow/domain";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { FakeLine } from "../../testing/fake-line.ts";
import { FakeTime } from "../../testing/fake-time.ts";
import { wordsProfile, wordsUnit } from "../../testing/lone-bus.ts";
import { ModbusBus } from "./bus.ts";
import type { LineAnswer, LineRequest } from "./line.ts";
import { isRead } from "./pdu.ts";
import { UnitReader } from "./unit-reader.ts";

const START = 1_750_000_000_000;
const POSITION = 10;
const order = { kind: "command", meter: "U1", command: "valve_close" } as const;
const position = { functionCode: 4, part: { address: 30_011, type: "uint16" }, value: 0 };

/** Two units of a line, the first with a valve that is shut by register 40001 and shows in 30011 where it stands. */
function setUp(confirm: object = position, command: Partial<ProfileCommand> = {}) {
  const time = new FakeTime(START);
  const line = new FakeLine(time);
  const profile = ModbusProfile.parse({
    ...wordsProfile([]),
    addressBase: "modicon",
    registers: {
      w100: { quantity: "flow", unit: "m3/h", functionCode: 3, parts: [{ address: 40_101, type: "uint16" }] },
    },
    vectors: [{ register: "w100", words: ["0001"], value: 1, unit: "m3/h", verified: true, source: "arithmetic" }],
    commands: { valve_close: { functionCode: 6, address: 40_001, values: [2], confirm, ...command } },
  });
  const valve = { words: [400], written: [] as number[], answer: undefined as LineAnswer | undefined };
  const answer = (request: LineRequest): LineAnswer => {
    if (!isRead(request)) {
      valve.written.push(...request.values);
      return valve.answer ?? { kind: "written" };
    }
    const isPosition = request.functionCode === 4;
    if (isPosition && request.address !== POSITION) return { kind: "exception", code: 2, text: "no such address" };
    return { kind: "words", words: isPosition ? valve.words : [7] };
  };
  line.units.set(1, { afterMs: 5, answer }).set(2, { afterMs: 5, answer });
  const ids = ["U1.w100", "U2.w100"];
  const channels = new Map(ids.map((id) => [id, ChannelDescription.parse({ id, quantity: "flow", unit: "m3/h" })]));
  const units = [1, 2].map((unitId) => new UnitReader(wordsUnit(unitId, [100]), profile, channels));
  const bus = new ModbusBus({
    bus: { id: "bus", timeoutMs: 500, retries: 0, spread: 0 },
    units,
    line,
    clock: time,
    timers: time,
    realNow: () => time.now(),
    logger: pino({ level: "silent" }),
    collect: () => undefined,
  });
  return { time, line, bus, valve };
}

/** What came of an order after some time; undefined while it is under way. */
async function outcomeAfter({ bus, time }: Pick<ReturnType<typeof setUp>, "bus" | "time">, ms: number) {
  const told: { result?: unknown } = {};
  void bus.write(order).then((result) => {
    told.result = result;
  });
  await time.run(ms);
  return told;
}

describe("a valve whose position stands in another register than its order", () => {
  it("is done when the position says so, and not before", async () => {
    const { valve, ...each } = setUp();
    const told = await outcomeAfter(each, 20_000);
    expect([valve.written, told.result]).toEqual([[2], undefined]);
    valve.words = [0];
    await each.time.run(2000);
    expect(told.result).toEqual({ outcome: "done", detail: null });
  });

  it("that does not move in time is not done, and where it stands is told", async () => {
    const { valve, ...each } = setUp({ ...position, withinS: 30, tolerance: 5 });
    expect(await outcomeAfter(each, 31_000)).toMatchObject({
      result: { outcome: "differs", detail: "written, but after 30 s input register 30011 shows 400 and not 0 ± 5" },
    });
    valve.words = [4];
    expect(await outcomeAfter(each, 1000)).toMatchObject({ result: { outcome: "done" } });
  });

  it.each([
    ["bits of a status word", { address: 30_011, type: "bits", bit: 4, width: 2 }, 2, [0x0f2f]],
    ["a single", { address: 30_011, type: "float32", order: "CDAB" }, 0.1, [0xcccd, 0x3dcc]],
    ["a coil", { address: 11, type: "bit" }, 1, [1]],
  ] as const)("may show it as %s", async (what, part, value, words) => {
    const { valve, ...each } = setUp({ functionCode: what === "a coil" ? 1 : 4, part, value });
    valve.words = [...words];
    const { line } = each;
    if (what === "a coil")
      line.units.set(1, {
        afterMs: 5,
        answer: (asked) => (isRead(asked) ? { kind: "words", words: [1] } : { kind: "written" }),
      });
    expect(await outcomeAfter(each, 1000)).toMatchObject({ result: { outcome: "done" } });
  });

  it("is not told anything where nobody could see what comes of it", async () => {
    const wrong = setUp({ ...position, part: { address: 30_099, type: "uint16" } });
    expect(await outcomeAfter(wrong, 1000)).toMatchObject({
      result: { outcome: "unsupported", detail: /^nothing was written: .*input register 30099, no such address/ },
    });
    const silent = setUp();
    silent.line.units.delete(1);
    expect(await outcomeAfter(silent, 5000)).toMatchObject({
      result: { outcome: "silent", detail: /nothing was written/ },
    });
    const away = setUp();
    away.line.setOpen(false);
    expect(await outcomeAfter(away, 5000)).toMatchObject({ result: { outcome: "disconnected" } });
    expect([wrong, silent, away].flatMap(({ valve }) => valve.written)).toEqual([]);
  });

  it("that turns although its answer was lost is done, and one that refuses is not waited for", async () => {
    const { valve, ...each } = setUp();
    Object.assign(valve, { answer: { kind: "timeout" }, words: [0] });
    expect(await outcomeAfter(each, 1000)).toMatchObject({ result: { outcome: "done" } });
    Object.assign(valve, { answer: { kind: "exception", code: 4, text: "locked" }, words: [400] });
    expect(await outcomeAfter(each, 1000)).toEqual({ result: { outcome: "refused", detail: "locked" } });
  });

  it("whose line goes meanwhile is confirmed when it is back, or told as not confirmed", async () => {
    const { valve, ...each } = setUp();
    const { line, time } = each;
    const told = await outcomeAfter(each, 2000);
    line.setOpen(false);
    await time.run(10_000);
    expect(told.result).toBeUndefined();
    line.setOpen(true);
    valve.words = [0];
    await time.run(6000);
    expect(told.result).toMatchObject({ outcome: "done" });
    valve.words = [400];
    const cut = await outcomeAfter(each, 2000);
    line.setOpen(false);
    await time.run(60_000);
    expect(cut.result).toMatchObject({ outcome: "sent", detail: /not confirmed by input register 30011/ });
  });

  it("holds up nobody else: its neighbour is polled, and a second order of its own is refused at once", async () => {
    const { bus, time, line } = setUp();
    const first = bus.write(order);
    await time.run(10_000);
    expect(await bus.write(order)).toEqual({ outcome: "busy", detail: "another order of meter U1 is under way" });
    expect(line.asked.filter(({ unitId }) => unitId === 2).length).toBeGreaterThanOrEqual(10);
    const closing = bus.close();
    await time.run(1000);
    await closing;
    expect(await first).toMatchObject({ outcome: "sent" });
  });
});
