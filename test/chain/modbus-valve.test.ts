import { ModbusBus, ModbusProfile, realClock } from "@nightflow/domain";
import { readWords, wordsProfile, wordsUnit } from "@nightflow/edge-agent/testing";
import { type SimulatedFraming, startAdversary, ValveController } from "@nightflow/simulators";
import { it, type TestContext } from "vitest";

/** The agent at a valve that is ordered in register 0 and shows in others where it stands; unit 2 is a meter beside it. */
async function setUp(framing: SimulatedFraming, travelMs: number, { onTestFinished }: TestContext) {
  const valve = new ValveController({ travelMs });
  const device = await startAdversary({
    framing,
    answer: (request) => (request.unitId === 1 ? valve.answer(request) : undefined),
  });
  onTestFinished(() => device.close());
  const shut = { functionCode: 4, part: { address: 11, type: "bit", bit: 0 }, value: 1, withinS: 10 };
  const open = { functionCode: 4, part: { address: 10, type: "uint16" }, value: 1000, tolerance: 5, withinS: 1 };
  const profile = ModbusProfile.parse({
    ...wordsProfile([100]),
    commands: {
      valve_close: { functionCode: 6, address: 0, values: [2], confirm: shut },
      valve_open: { functionCode: 6, address: 0, values: [1], confirm: open },
    },
  });
  const bus = ModbusBus.parse({
    id: "valves",
    kind: "modbus",
    framing,
    transport: { kind: "tcp", host: "127.0.0.1", port: device.port },
    units: [wordsUnit(1, []), wordsUnit(2, [100])],
  });
  const lone = readWords(bus, realClock, { profile });
  onTestFinished(() => lone.bus.close());
  const order = (command: string) => lone.bus.write?.({ kind: "command", meter: "U1", command });
  return { valve, lone, order };
}

it.concurrent.for(["tcp", "rtu"] as const)(
  "a valve is shut when its own status says so, and its neighbour is read meanwhile, with framing %s",
  async (framing, context) => {
    const { expect } = context;
    const { valve, lone, order } = await setUp(framing, 1500, context);
    expect(await order("valve_close")).toEqual({ outcome: "done", detail: null });
    expect(valve.position).toBe(0);
    expect(lone.values("U2.w100").length).toBeGreaterThan(1);
  },
);

it.concurrent("a valve that jams on its way is not said to be open, and where it stands is told", async (context) => {
  const { expect } = context;
  const { valve, order } = await setUp("tcp", 100, context);
  expect(await order("valve_close")).toMatchObject({ outcome: "done" });
  valve.jam();
  expect(await order("valve_open")).toEqual({
    outcome: "differs",
    detail: "written, but after 1 s input register 10 shows 0 and not 1000 ± 5",
  });
});
