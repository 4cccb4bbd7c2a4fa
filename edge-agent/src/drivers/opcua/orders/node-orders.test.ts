import { OpcUaBus, type OpcUaValue } from "@nightflow/domain";
import pino from "pino";
import { expect, it } from "vitest";
import { FakeTime } from "../../../testing/fake-time.ts";
import { matchPath, parsePath } from "../browse/glob.ts";
import type { NodeValue, OpcUaLink } from "../link.ts";
import { NodeOrders } from "./node-orders.ts";
import { isSameValue } from "./same-value.ts";

const START = 1_750_000_000_000;
const close = { command: "valve_close", meter: "FT-$1", path: "Objects/Plant/FT-*/Open", value: false };
const order = { kind: "command", meter: "FT-1", command: "valve_close" } as const;

/** Nodes by their paths, which are their ids too; a write may be followed by something that happens later. */
function setUp(commands: object[], nodes: Record<string, NodeValue>, change: Partial<OpcUaLink> = {}) {
  const time = new FakeTime(START);
  const shown = new Map(Object.entries(nodes));
  const written: [string, OpcUaValue][] = [];
  const link: Pick<OpcUaLink, "locate" | "readNode" | "writeNode"> = {
    locate: async ({ path, nodeId }) => {
      if (path === undefined)
        return shown.has(nodeId ?? "") ? [{ nodeId: nodeId ?? "", path: null, captures: [] }] : "no";
      const found = [...shown.keys()].flatMap((name) => {
        const captures = matchPath(parsePath(path), name.split("/"));
        return captures === undefined ? [] : [{ nodeId: name, path: name, captures }];
      });
      return found.length > 0 ? found : `${path} leads to no variable`;
    },
    readNode: async (nodeId) => ({ value: shown.get(nodeId) ?? null, code: "Good" }),
    writeNode: async (nodeId, value) => {
      written.push([nodeId, value]);
      shown.set(nodeId, value);
      return { kind: "written" };
    },
    ...change,
  };
  const state = { link: link as OpcUaLink | undefined };
  const bus = OpcUaBus.parse({ id: "opc", kind: "opcua", endpointUrl: "opc.tcp://plant:4840", periodS: 60, commands });
  const logger = pino({ level: "silent" });
  const orders = new NodeOrders({ bus: "opc", commands: bus.commands, link: () => state.link, timers: time, logger });
  return { time, shown, written, orders, state };
}

it("a meter that a pattern found is written by the same pattern, and by its own node alone", async () => {
  const { orders, written } = setUp([close], { "Objects/Plant/FT-1/Open": true, "Objects/Plant/FT-12/Open": true });
  expect(await orders.write(order)).toEqual({ outcome: "done", detail: null });
  expect(written).toEqual([["Objects/Plant/FT-1/Open", false]]);
});

it("nothing is written where two nodes could be meant, or none, and it is said why", async () => {
  const two = { ...close, path: "Objects/**/FT-*/Open" };
  const { orders, written } = setUp([two], { "Objects/A/FT-1/Open": true, "Objects/B/FT-1/Open": true });
  expect(await orders.write(order)).toMatchObject({
    outcome: "unsupported",
    detail: /leads to 2 nodes.*nothing was written/,
  });
  const none = await orders.write({ ...order, meter: "FT-2" });
  expect(none).toMatchObject({ outcome: "unsupported", detail: /no node is found for valve_close of meter FT-2/ });
  const unknown = await orders.write({ ...order, command: "valve_open" });
  expect(unknown).toMatchObject({ outcome: "unsupported", detail: /commands of bus opc have no valve_open/ });
  expect(written).toEqual([]);
});

it("a valve is done when its position says so, and not before", async () => {
  const confirm = { path: "Objects/Plant/FT-$1/Position", value: 0 };
  const nodes = { "Objects/Plant/FT-1/Open": true, "Objects/Plant/FT-1/Position": 100 };
  const { orders, time, shown } = setUp([{ ...close, confirm }], nodes);
  let result: unknown;
  void orders.write(order).then((each) => {
    result = each;
  });
  await time.run(20_000);
  expect(result).toBeUndefined();
  shown.set("Objects/Plant/FT-1/Position", 0);
  await time.run(1000);
  expect(result).toEqual({ outcome: "done", detail: null });
});

it("a valve that does not move in time, and one that moves back, are not done", async () => {
  const confirm = { nodeId: "position", value: 0, withinS: 30 };
  const { orders, time } = setUp([{ ...close, confirm }], { "Objects/Plant/FT-1/Open": true, position: 40 });
  const stuck = orders.write(order);
  await time.run(30_000);
  expect(await stuck).toMatchObject({
    outcome: "differs",
    detail: "written, but after 30 s position shows 40 and not 0",
  });
  const sprung = setUp(
    [close],
    { "Objects/Plant/FT-1/Open": true },
    { readNode: async () => ({ value: true, code: "Good" }) },
  );
  const back = sprung.orders.write(order);
  await sprung.time.run(5000);
  expect(await back).toMatchObject({ outcome: "differs", detail: /shows true and not false/ });
});

it("nothing is written where the node that confirms it is not there", async () => {
  const confirm = { path: "Objects/Plant/FT-$1/Position", value: 0 };
  const { orders, written } = setUp([{ ...close, confirm }], { "Objects/Plant/FT-1/Open": true });
  expect(await orders.write(order)).toMatchObject({
    outcome: "unsupported",
    detail: /^nothing was written: .*Position/,
  });
  expect(written).toEqual([]);
});

it("what the server refuses, cannot hold or leaves unanswered is told apart", async () => {
  const nodes = { "Objects/Plant/FT-1/Open": true };
  const answers = async (kind: "refused" | "unfit" | "unknown") =>
    await setUp([close], nodes, { writeNode: async () => ({ kind, why: "because" }) }).orders.write(order);
  expect(await answers("refused")).toEqual({ outcome: "refused", detail: "because" });
  expect(await answers("unfit")).toMatchObject({ outcome: "unsupported", detail: /mend value of valve_close/ });
  expect(await answers("unknown")).toMatchObject({ outcome: "sent", detail: /not known: because/ });
});

it("a connection that goes while a valve turns leaves it unconfirmed, and one that comes back confirms it", async () => {
  const nodes = { "Objects/Plant/FT-1/Open": true };
  const { orders, time, state } = setUp([close], nodes);
  const link = state.link;
  const ask = async (backInMs: number) => {
    state.link = link;
    const result = orders.write(order);
    await Promise.resolve();
    state.link = undefined;
    await time.run(backInMs);
    state.link = backInMs < 5000 ? link : undefined;
    await time.run(6000);
    return await result;
  };
  expect(await ask(2000)).toEqual({ outcome: "done", detail: null });
  expect(await ask(7000)).toMatchObject({ outcome: "sent", detail: /connection was lost/ });
  expect(await orders.write(order)).toMatchObject({ outcome: "disconnected" });
});

it("a second order of a meter waits for nobody: it is refused while the first is under way", async () => {
  const confirm = { nodeId: "position", value: 0 };
  const { orders } = setUp([{ ...close, confirm }], { "Objects/Plant/FT-1/Open": true, position: 40 });
  const first = orders.write(order);
  expect(await orders.write(order)).toMatchObject({ outcome: "busy" });
  orders.close();
  expect((await first).outcome).toBe("differs");
});

it.each([
  [true, 1, true],
  [false, true, false],
  [1, true, true],
  [0.1, Math.fround(0.1), true],
  [7, 7n, true],
  [7.5, 7n, false],
  ["on", "on", true],
  [1, "1", false],
  [1, null, false],
])("wanted %s, shown %s: same is %s", (wanted, shown, same) => {
  expect(isSameValue(wanted, shown)).toBe(same);
});
