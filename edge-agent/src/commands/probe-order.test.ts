import { AgentConfig, MAX_PROBE_BYTES, type OrderOf, ProbeFound, ProbeOrder } from "@nightflow/domain";
import { expect, it } from "vitest";
import type { RunningBus } from "../drivers/driver.ts";
import type { LineRequest } from "../drivers/modbus/line.ts";
import { isRead } from "../drivers/modbus/pdu.ts";
import { loadProfiles } from "../profiles/library.ts";
import { busConfig, channelConfig, FakeBus } from "../testing/fake-bus.ts";
import { tufMemory } from "../testing/modbus-gateway.ts";
import { probeAsOrdered } from "./probe-order.ts";

const TIMEOUT_MS = 500;
const LIBRARY = loadProfiles();
const config = AgentConfig.parse({ v: 1, channels: [channelConfig("M-a")], buses: [busConfig("a", "M-a")] });

/** A bus that lets nobody look at its line. */
function fakeBus(id: string): FakeBus {
  const [bus] = AgentConfig.parse({ v: 1, channels: [channelConfig(id)], buses: [busConfig(id, id)] }).buses;
  if (bus === undefined) throw new Error("no bus");
  return new FakeBus(bus);
}

/** A bus whose units have these memories, and a time that passes by what each answer takes. */
function setUp(units: ReadonlyMap<number, (address: number) => number | undefined>) {
  let nowMs = 0;
  const bus: RunningBus = Object.assign(fakeBus("a"), {
    look: async (request: LineRequest) => {
      const memory = units.get(request.unitId);
      nowMs += memory === undefined ? request.timeoutMs : 20;
      if (memory === undefined || !isRead(request)) return { answer: { kind: "timeout" as const }, tookMs: 500 };
      const words = Array.from({ length: request.words }, (_, at) => memory(request.address + at));
      const known = words.filter((word) => word !== undefined);
      if (known.length === words.length) return { answer: { kind: "words" as const, words: known }, tookMs: 20 };
      return { answer: { kind: "exception" as const, code: 2, text: "illegal address" }, tookMs: 20 };
    },
  });
  const fleet = {
    find: (id: string) => (id === "a" ? bus : id === "b" ? fakeBus("b") : undefined),
    config,
  };
  return (options: object, forMs = 600_000) => {
    const order = ProbeOrder.parse({ kind: "probe", bus: "a", options: { timeoutMs: TIMEOUT_MS, ...options } });
    return probeAsOrdered(order as OrderOf<"probe">, forMs, { fleet, library: LIBRARY, realNow: () => nowMs });
  };
}

const tuf = () => new Map([[3, tufMemory(() => 123_456_789)]]);

it("a scan says which units answer and how fast, and which it had no time to ask", async () => {
  const probe = setUp(tuf());
  const units = Array.from({ length: 247 }, (_, at) => at + 1);
  const found = await probe({ units }, 60_000);
  expect(ProbeFound.parse(found)).toMatchObject({
    mode: "scan",
    units: [{ unitId: 3, latencyMs: 20, exception: null }],
  });
  if (found.mode !== "scan") throw new Error("no scan");
  expect(found.notAsked.at(0)).toBe((found.asked.at(-1) ?? 0) + 1);
  expect(found.asked.length).toBeGreaterThan(90);
  expect([...found.asked, ...found.notAsked]).toEqual(units);
});

it("a block comes back in every decoding, what gives the dial marked, with a profile that reads it", async () => {
  const found = await setUp(tuf())({ units: [3], read: { functionCode: 3, from: 0, to: 31 }, dial: "123456.79" });
  if (found.mode !== "read") throw new Error("no block");
  expect(ProbeFound.safeParse(found).success).toBe(true);
  const [best] = found.matches;
  expect(best).toMatchObject({
    score: expect.any(Number),
    profile: { registers: { total: { quantity: "forward_total" } } },
  });
  expect(found.decodings.length).toBeGreaterThan(1000);
  expect(found.decodings.filter(({ scale }) => scale !== undefined).length).toBeGreaterThan(0);
});

it("an earlier reading of the same block tells the total from a number that was the same by chance", async () => {
  // Two registers show 12 at first; the meter's own goes on to 15, and the other one stays.
  const words: Record<number, number> = { 0: 12, 5: 12 };
  const meter = (address: number) => (address < 10 ? (words[address] ?? 0) : undefined);
  const probe = setUp(new Map([[1, meter]]));
  const read = { functionCode: 3, from: 0, to: 9 };
  const addresses = (found: ProbeFound) =>
    found.mode === "read"
      ? [...new Set(found.matches.flatMap(({ parts }) => parts.map(({ address }) => address)))]
      : [];
  const first = await probe({ units: [1], read, dial: "12" });
  if (first.mode !== "read") throw new Error("no block");
  expect(first.isDoubtful).toBe(true);
  expect(addresses(first)).toEqual(expect.arrayContaining([0, 5]));
  words[5] = 15;
  const second = await probe({ units: [1], read, dial: "15", earlier: { dial: "12", runs: first.runs } });
  expect(addresses(second)).not.toContain(0);
  if (second.mode !== "read") throw new Error("no block");
  expect(second.matches.length).toBeGreaterThan(0);
  for (const { reasons } of second.matches) expect(reasons.join()).toContain("the earlier dial");
});

it("however long the block, what is found fits into a reply; odd decodings give way first", async () => {
  const noise = (address: number) => (address * 40_503 + 12_345) % 65_536;
  const found = await setUp(new Map([[1, noise]]))({ units: [1], read: { functionCode: 4, from: 0, to: 124 } });
  if (found.mode !== "read") throw new Error("no block");
  expect(JSON.stringify(found).length).toBeLessThanOrEqual(MAX_PROBE_BYTES);
  expect(found.leftOut).toBeGreaterThan(0);
});

it("a meter is read three times by its profile and judged", async () => {
  const found = await setUp(tuf())({ units: [3], profile: "tuf-2000", everyS: 0 });
  expect(ProbeFound.parse(found)).toMatchObject({ mode: "meter", profile: "tuf-2000", findings: expect.any(Array) });
  if (found.mode === "meter") expect(found.readings).toHaveLength(3);
});

it("what cannot be probed here is refused with what to do", async () => {
  const ask = (order: object, forMs = 1000) =>
    probeAsOrdered(ProbeOrder.parse({ kind: "probe", ...order }) as OrderOf<"probe">, forMs, {
      fleet: { find: (id) => (id === "a" ? fakeBus("a") : undefined), config },
      library: LIBRARY,
    });
  const [bus] = config.buses;
  const held = bus?.kind === "modbus-tcp" ? { host: bus.host, port: bus.port } : {};
  const line = { transport: { kind: "tcp", ...held } };
  await expect(ask({ line })).rejects.toMatchObject({ code: "LINE_IN_USE", message: expect.stringContaining("bus a") });
  await expect(ask({ bus: "z" })).rejects.toMatchObject({ code: "UNKNOWN_BUS" });
  await expect(ask({ bus: "a" })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  const units = [1];
  await expect(ask({ bus: "a", options: { units, profile: "nobody" } })).rejects.toMatchObject({
    code: "UNKNOWN_PROFILE",
  });
  await expect(ask({ bus: "a", options: { units, profile: { name: "x" } } })).rejects.toMatchObject({
    code: "BAD_ORDER",
  });
});
