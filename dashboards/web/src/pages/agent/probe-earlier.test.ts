import { expect, it } from "vitest";
import type { CommandWithReply } from "../commands/queries.ts";
import { earlierOf } from "./probe-earlier.ts";

const read = { functionCode: 3, from: 0, to: 1 } as const;
const line = { transport: { kind: "serial", path: "/dev/ttyUSB0", baudRate: 2400, parity: "even" }, framing: "rtu" };
const command = (options: object, details: unknown, state = "done") =>
  ({
    ...{ id: "c-1", kind: "probe", state, orderedAt: 1, endedAt: 2, reply: { readings: [], details } },
    order: { kind: "probe", line, options: { units: [7], timeoutMs: 300, isGas: false, ...options } },
  }) as unknown as CommandWithReply;
const found = { mode: "read", unitId: 7, read, runs: [{ from: 0, words: "000C 0000" }] };

it("a block that was read beside the dial can be read again the same way and compared", () => {
  expect(earlierOf(command({ read, dial: "12" }, found))).toMatchObject({
    ...{ id: "c-1", at: 2, reading: { dial: "12", runs: found.runs } },
    form: {
      line: "serial",
      path: "/dev/ttyUSB0",
      baudRate: 2400,
      units: "7",
      block: "3:0-1",
      dial: "",
      timeoutMs: 300,
    },
  });
});

it("a scan, a block without a dial, and one of which nothing came are compared with nothing", () => {
  expect(earlierOf(undefined)).toBeUndefined();
  expect(earlierOf(command({}, { mode: "scan" }))).toBeUndefined();
  expect(earlierOf(command({ read }, found))).toBeUndefined();
  expect(earlierOf(command({ read, dial: "12" }, { ...found, runs: [] }))).toBeUndefined();
  expect(earlierOf(command({ read, dial: "12" }, found, "failed"))).toBeUndefined();
});
