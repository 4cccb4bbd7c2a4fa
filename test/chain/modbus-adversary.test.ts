import { ModbusBus, ScaledClock } from "@nightflow/domain";
import { readWords, wordsProfile, wordsUnit } from "@nightflow/edge-agent/testing";
import {
  MISBEHAVIOURS,
  type Misbehaviour,
  plainWord,
  type SimulatedFraming,
  startAdversary,
} from "@nightflow/simulators";
import { describe, it, vi } from "vitest";

const ADDRESSES = [100, 200];
/** A period of a second passes in 100 ms. */
const FACTOR = 10;
/** A meter that misbehaves and its neighbour on one connection, read by the agent. */
async function setUp(framing: SimulatedFraming) {
  const now = { how: undefined as Misbehaviour | undefined, requests: 0 };
  const device = await startAdversary({
    framing,
    lateMs: 130,
    byteMs: 1,
    // Every second request, so that late and doubled answers meet right ones.
    behave: ({ unitId }) => (unitId === 1 && now.requests++ % 2 === 0 ? now.how : undefined),
  });
  const bus = ModbusBus.parse({
    id: "bad",
    kind: "modbus",
    framing,
    transport: { kind: "tcp", host: "127.0.0.1", port: device.port },
    timeoutMs: 80,
    units: [wordsUnit(1, ADDRESSES), wordsUnit(2, ADDRESSES)],
  });
  const clock = new ScaledClock({ realAnchorAt: Date.now(), simAnchorAt: Date.UTC(2026, 0, 1), factor: FACTOR });
  const lone = readWords(bus, clock, { profile: wordsProfile(ADDRESSES) });
  const close = async () => {
    await lone.bus.close();
    await device.close();
  };
  return { now, device, lone, close };
}

describe.concurrent.each(["tcp", "rtu", "ascii"] as const)("a meter that misbehaves, with framing %s", (framing) => {
  it.for(Object.entries(MISBEHAVIOURS))("%s: it %s", async ([how], { expect, onTestFinished }) => {
    const { now, device, lone, close } = await setUp(framing);
    onTestFinished(close);
    const count = (channel: string) => lone.values(channel).length;
    await vi.waitFor(() => expect(count("U1.w200")).toBeGreaterThan(0), { timeout: 10_000 });
    now.how = how as Misbehaviour;
    const [asked, neighbour] = [device.asked.get(1) ?? 0, count("U2.w200")];
    await vi.waitFor(() => expect((device.asked.get(1) ?? 0) - asked).toBeGreaterThan(3), { timeout: 20_000 });
    await vi.waitFor(() => expect(count("U2.w200") - neighbour).toBeGreaterThan(3), { timeout: 20_000 });
    now.how = undefined;
    const before = count("U1.w200");
    await vi.waitFor(() => expect(count("U1.w200") - before).toBeGreaterThan(2), { timeout: 40_000 });
    // Whatever came, no reading bears another register's or another unit's word.
    for (const unitId of [1, 2])
      for (const address of ADDRESSES)
        expect(new Set(lone.values(`U${unitId}.w${address}`))).toEqual(new Set([plainWord(unitId, address)]));
    expect(device.mostConnections).toBe(1);
  });
});
