import { spawn } from "node:child_process";
import { ModbusBus, realClock, type Transport } from "@nightflow/domain";
import { type LoneBus, readWords, wordsProfile, wordsUnit } from "@nightflow/edge-agent/testing";
import { plainWord, startAdversary } from "@nightflow/simulators";
import { freePort } from "@nightflow/storage/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  findLibmodbusCompiler,
  findMbpoll,
  findSocat,
  type Started,
  startCable,
  startLibmodbus,
  startPymodbus,
} from "../support/modbus-peers.ts";
import { findPython } from "../support/peers.ts";

const ADDRESSES = [100, 200];
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function closed<Thing extends Started>(thing: Thing): Thing {
  closing.push(() => thing.close());
  return thing;
}

const tcp = (port: number): Transport => ({ kind: "tcp", host: "127.0.0.1", port, connectTimeoutMs: 1000 });

/** The agent reads bare words of some units. */
function reading(
  transport: object,
  framing: "tcp" | "rtu" | "ascii",
  unitIds: readonly number[],
  functionCode: 3 | 4 = 3,
) {
  const units = unitIds.map((unitId) => wordsUnit(unitId, ADDRESSES));
  const bus = ModbusBus.parse({ id: "peer", kind: "modbus", framing, transport, units });
  const lone = readWords(bus, realClock, { profile: wordsProfile(ADDRESSES, functionCode) });
  closing.push(() => lone.bus.close());
  return lone;
}

async function expectWords(lone: LoneBus, unitIds: readonly number[]): Promise<void> {
  for (const unitId of unitIds)
    for (const address of ADDRESSES)
      await vi.waitFor(() => expect(lone.values(`U${unitId}.w${address}`)[0]).toBe(plainWord(unitId, address)), {
        timeout: 20_000,
      });
}

/** Every function that writes, each read back. */
async function expectWrites(lone: LoneBus): Promise<void> {
  const orders = [
    { functionCode: 5, address: 7, values: [1] },
    { functionCode: 6, address: 20, values: [0xabcd] },
    { functionCode: 15, address: 30, values: [1, 0, 1, 1, 0, 0, 0, 1, 1, 1] },
    { functionCode: 16, address: 40, values: [1, 65_535, 0x1234] },
  ] as const;
  for (const order of orders)
    expect(await lone.bus.write?.({ kind: "modbus", meter: "U1", verify: true, ...order })).toEqual({
      outcome: "done",
      detail: null,
    });
  expect(
    await lone.bus.write?.({ kind: "modbus", meter: "U1", functionCode: 6, address: 5000, values: [1] }),
  ).toMatchObject({ outcome: "refused" });
}

const python = findPython("pymodbus");

describe.runIf(python !== undefined)("with pymodbus", () => {
  it.each([
    ["tcp", "socket", 3],
    ["rtu", "rtu", 4],
    ["ascii", "ascii", 3],
  ] as const)("reads two units and writes in framing %s", async (framing, framer, functionCode) => {
    const port = await freePort();
    closed(await startPymodbus(python ?? "", port, framer));
    const lone = reading(tcp(port), framing, [1, 2], functionCode);
    await expectWords(lone, [1, 2]);
    await expectWrites(lone);
  });
});

const compiler = findLibmodbusCompiler();
const socat = findSocat();

describe.runIf(compiler !== undefined)("with libmodbus", () => {
  it("reads and writes over TCP, and comes back after the server was away", async () => {
    const port = await freePort();
    const first = await startLibmodbus(compiler ?? "", "tcp", String(port));
    const lone = reading(tcp(port), "tcp", [1]);
    await expectWords(lone, [1]);
    await expectWrites(lone);
    await first.close();
    await vi.waitFor(() => expect(lone.readings.at(-1)?.quality).toBe("missing"), { timeout: 20_000 });
    closed(await startLibmodbus(compiler ?? "", "tcp", String(port)));
    await vi.waitFor(() => expect(lone.readings.at(-1)?.quality).toBe("good"), { timeout: 40_000 });
  });

  it.runIf(socat !== undefined)("reads and writes RTU over a serial port", async () => {
    const { ends } = closed(await startCable(socat ?? ""));
    closed(await startLibmodbus(compiler ?? "", "rtu", ends[1]));
    const lone = reading({ kind: "serial", path: ends[0], baudRate: 19_200 }, "rtu", [1]);
    await expectWords(lone, [1]);
    await expectWrites(lone);
  });
});

describe.runIf(socat !== undefined)("over a serial port that ends at a simulated device", () => {
  it.each(["rtu", "ascii"] as const)("reads %s, and tells a dead unit from the living", async (framing) => {
    const behave = ({ unitId }: { readonly unitId: number }) => (unitId === 2 ? ("silence" as const) : undefined);
    const device = closed(await startAdversary({ framing, behave }));
    const { ends } = closed(await startCable(socat ?? "", device.port));
    const lone = reading({ kind: "serial", path: ends[0], baudRate: 9600, parity: "none" }, framing, [1, 2, 3]);
    await expectWords(lone, [1, 3]);
    await vi.waitFor(() => expect(lone.bus.health()[1]?.state).toBe("silent"), { timeout: 20_000 });
    expect(lone.values("U2.w100")).toEqual([]);
  });
});

const mbpoll = findMbpoll();

describe.runIf(mbpoll !== undefined)("mbpoll", () => {
  const polled = async (args: readonly string[]): Promise<string> => {
    const child = spawn(mbpoll ?? "", ["-1", "-0", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for await (const bytes of child.stdout) text += String(bytes);
    return text;
  };

  it("reads and writes the simulated device over TCP", async () => {
    const device = closed(await startAdversary({ framing: "tcp" }));
    const at = ["-p", String(device.port), "127.0.0.1"];
    expect(await polled(["-a", "3", "-r", "100", "-c", "2", ...at])).toMatch(
      new RegExp(`\\[100\\]: \\t${plainWord(3, 100)}\\s+\\[101\\]: \\t${plainWord(3, 101)}`),
    );
    expect(await polled(["-a", "3", "-r", "100", ...at, "4711"])).toMatch(/Written 1 references/);
    expect(device.units.word(3, 100)).toBe(4711);
  });

  it.runIf(socat !== undefined)("reads it over a serial port in RTU", async () => {
    const device = closed(await startAdversary({ framing: "rtu" }));
    const { ends } = closed(await startCable(socat ?? "", device.port));
    expect(await polled(["-m", "rtu", "-b", "9600", "-P", "none", "-a", "3", "-t", "3", "-r", "9", ends[0]])).toContain(
      `[9]: \t${plainWord(3, 9)}`,
    );
  });
});
