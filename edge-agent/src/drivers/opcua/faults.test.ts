import { OpcUaBus } from "@nightflow/domain";
import { expect, it } from "vitest";
import { faultsOfOpcUaBus } from "./faults.ts";

const faults = (change: object) =>
  faultsOfOpcUaBus(
    OpcUaBus.parse({
      id: "opc",
      kind: "opcua",
      endpointUrl: "opc.tcp://plant:4840",
      periodS: 60,
      items: [{ meter: "M", channel: "M.flow", nodeId: "ns=2;s=M" }],
      ...change,
    }),
    { profiles: new Map(), channels: new Map() },
  );
const FIND = { path: "Objects/Plant*/FT-*/Flow", meter: "FT-$2", quantity: "flow", unit: "m3/h" };
const VALVE = { command: "valve_close", meter: "FT-$2", path: "Objects/Plant*/FT-*/Open", value: false };
const ONE = { command: "valve_open", meter: "M", nodeId: "ns=2;s=Open", value: true };
const item = (node: object) => ({ items: [{ meter: "M", channel: "M.flow", ...node }] });

it.each([
  ["nothing wrong", {}, []],
  ["a namespace by its URI", item({ nodeId: "nsu=http://plant.example/;s=M" }), []],
  ["no node id", item({ nodeId: "M.flow" }), [/item 1: M.flow is no node id; write it as/]],
  ["a path from elsewhere", item({ path: "Plant/M" }), [/begin it with Objects/]],
  ["an empty name", item({ path: "Objects//M" }), [/is empty/]],
  ["nothing to read", { items: [] }, [/give it items or find/]],
  [
    "a bare password",
    { identity: { kind: "user", user: "u", secret: "s" } },
    [/would travel unprotected: set security.policy/],
  ],
  [
    "a bare password that is allowed",
    { identity: { kind: "user", user: "u", secret: "s", allowUnprotected: true } },
    [],
  ],
  [
    "commands of items and of what is found",
    { find: [FIND], commands: [VALVE, { ...VALVE, command: "valve_open" }] },
    [],
  ],
  [
    "a command of a meter that nobody reads",
    { commands: [{ ...VALVE, meter: "X", nodeId: "i=1", path: undefined }] },
    [/no item reads meter X/],
  ],
  [
    "a place that no star stands for",
    { find: [FIND], commands: [{ ...VALVE, meter: "FT-$3" }] },
    [/\$3 of meter names no \* of path, which has 2/],
  ],
  [
    "a confirmation without a node id",
    { commands: [{ ...VALVE, confirm: { nodeId: "Pos", value: 1 } }] },
    [/confirm: Pos is no node id/],
  ],
  ["a command twice", { commands: [ONE, ONE] }, [/valve_open of M twice: leave one out/]],
])("%s is named with what to do", (_, change, expected) => {
  const found = faults(change);
  expect(found).toHaveLength(expected.length);
  for (const [at, pattern] of expected.entries()) expect(found[at]).toMatch(pattern);
});
