import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AgentConfig,
  COMMAND_KINDS,
  type CommandKind,
  type CommandOrder,
  type CommandReply,
  decodeCommandReply,
  encodeCommand,
  ProbeOrder,
} from "@nightflow/domain";
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { BusFleet } from "../bus-fleet.ts";
import { busConfig, channelConfig, FakeBus } from "../testing/fake-bus.ts";
import { FakeTime } from "../testing/fake-time.ts";
import { carryOut } from "./carry-out.ts";
import { CommandDesk, MOST_WAITING } from "./command-desk.ts";
import { CommandJournal } from "./journal.ts";

async function setUp(kept?: string, allow: readonly CommandKind[] = COMMAND_KINDS) {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), "nightflow-commands-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const time = new FakeTime(1_750_000_000_000);
  const buses = new Map<string, FakeBus>();
  const fleet = new BusFleet((bus) => {
    const made = new FakeBus(bus);
    buses.set(bus.id, made);
    return made;
  });
  const channels = [channelConfig("M-a"), channelConfig("M-b")];
  await fleet.apply(AgentConfig.parse({ v: 1, channels, buses: [busConfig("a", "M-a"), busConfig("b", "M-b")] }));
  const replies: CommandReply[] = [];
  const desk = new CommandDesk({
    journal: await CommandJournal.open(folder),
    carryOut: (command) =>
      carryOut(command, {
        allow: new Set(allow),
        fleet,
        openAside: (bus) => new FakeBus(bus),
        decideCertificate: ({ thumbprint }) => (thumbprint.startsWith("ab") ? "done" : "unknown-certificate"),
        faultsOf: (config) => config.buses.flatMap(({ id }) => (id === "bad" ? ["no such profile"] : [])),
      }),
    reply: (_id, payload) => void replies.push(decodeCommandReply(payload)),
    clock: time,
    timers: time,
    realNow: () => time.now(),
    logger: pino({ level: "silent" }),
  });
  const send = (id: string, order: CommandOrder, ttlMs = 60_000) =>
    desk.take(Buffer.from(encodeCommand({ id, ttlMs, timeoutMs: 5000, by: "control", order })));
  const answered = async (order: CommandOrder) => {
    const before = replies.length;
    send(`c-${before}-${order.kind}`, order);
    await expect.poll(() => replies.length).toBeGreaterThan(before);
    return replies.at(-1);
  };
  return { folder, time, buses, desk, replies, send, answered };
}

const valve = { kind: "valve", meter: "M-a", position: "closed" } as const;

it("meters are read at once, and the reply holds their readings", async () => {
  const { answered, buses } = await setUp();
  expect(await answered({ kind: "read-now", meters: ["M-a"] })).toMatchObject({
    outcome: "done",
    readings: [["M-a.total", 1000, 7, 0]],
  });
  expect((await answered({ kind: "read-now", bus: "b" }))?.readings).toHaveLength(1);
  for (const bus of buses.values()) bus.state = "silent";
  expect(await answered({ kind: "read-now", bus: "b" })).toMatchObject({ outcome: "failed", code: "NO_ANSWER" });
});

it("a valve is turned by its meter's bus; what the meter says no to is told", async () => {
  const { answered, buses } = await setUp();
  expect(await answered(valve)).toMatchObject({ outcome: "done", details: { position: "closed", bus: "a" } });
  expect(buses.get("a")?.writes).toEqual([{ kind: "command", meter: "M-a", command: "valve_close" }]);
  const bus = buses.get("a");
  if (bus !== undefined) bus.writeOutcome = "refused";
  expect(await answered({ ...valve, position: "open" })).toMatchObject({ outcome: "failed", code: "METER_REFUSED" });
  expect(await answered({ ...valve, meter: "M-z" })).toMatchObject({ outcome: "refused", code: "UNKNOWN_METER" });
});

it("a command that comes again is answered again and not carried out again, also after a restart", async () => {
  const { folder, send, replies, buses } = await setUp();
  send("once", valve);
  send("once", valve);
  await expect.poll(() => replies.length).toBe(1);
  send("once", valve);
  await expect.poll(() => replies.length).toBe(2);
  expect(buses.get("a")?.writes).toHaveLength(1);
  const after = await setUp(folder);
  after.send("once", valve);
  await expect.poll(() => after.replies).toMatchObject([{ id: "once", outcome: "done" }]);
  expect(after.buses.get("a")?.writes).toEqual([]);
});

it("a command that a kill cut short is not begun again: nobody knows whether it took effect", async () => {
  const { folder } = await setUp();
  await (await CommandJournal.open(folder)).begin("cut");
  await appendFile(join(folder, "commands.jsonl"), '{"begun":"half');
  const after = await setUp(folder);
  after.send("cut", valve);
  await expect.poll(() => after.replies).toMatchObject([{ id: "cut", outcome: "failed", code: "CUT_SHORT" }]);
  expect(after.buses.get("a")?.writes).toEqual([]);
});

it("a command that waited too long is left, one that takes too long is told, and too many are refused", async () => {
  const { send, replies, time, buses } = await setUp();
  const bus = buses.get("a");
  const { promise, resolve: release } = Promise.withResolvers<void>();
  if (bus !== undefined) bus.reading = promise;
  const order: CommandOrder = { kind: "read-now", meters: ["M-a"] };
  for (let at = 0; at < 4; at++) send(`slow-${at}`, order);
  for (let at = 0; at < MOST_WAITING; at++) send(`waits-${at}`, order, 1000);
  send("too-many", order);
  expect(replies).toMatchObject([{ id: "too-many", outcome: "refused", code: "QUEUE_FULL" }]);
  await expect.poll(() => time.run(6000).then(() => replies.filter(({ code }) => code === "TIMEOUT").length)).toBe(4);
  await expect.poll(() => replies.filter(({ outcome }) => outcome === "expired").length).toBe(MOST_WAITING);
  release();
});

it("what nothing here can do is refused in words", async () => {
  const { answered } = await setUp();
  expect(await answered({ kind: "read-now" })).toMatchObject({ code: "NO_TARGET" });
  expect(await answered({ kind: "retry", bus: "z" })).toMatchObject({ code: "UNKNOWN_BUS" });
  expect(await answered({ kind: "retry" })).toMatchObject({ outcome: "done", details: { waiting: 2, buses: 2 } });
  expect(await answered(ProbeOrder.parse({ kind: "probe", bus: "a" }))).toMatchObject({ code: "UNSUPPORTED" });
  const certificate = { kind: "certificate", bus: "a", thumbprint: "ab".repeat(20), decision: "trust" } as const;
  expect(await answered(certificate)).toMatchObject({ outcome: "done" });
  const unknown = { ...certificate, thumbprint: "cd".repeat(20) };
  expect(await answered(unknown)).toMatchObject({ code: "UNKNOWN_CERTIFICATE" });
});

it("a test read opens a line aside, gives its readings back, and stores nothing", async () => {
  const { answered } = await setUp();
  const bus = AgentConfig.parse({ v: 1, channels: [channelConfig("X")], buses: [busConfig("x", "X")] }).buses[0];
  if (bus === undefined) throw new Error("no bus");
  const order = { kind: "test-read", busConfig: bus, channels: [channelConfig("X")] } as const;
  expect(await answered({ ...order, channels: [...order.channels] })).toMatchObject({
    outcome: "done",
    readings: [["X.total", 1000, 7, 0]],
  });
  const bad = { ...order, channels: [...order.channels], busConfig: { ...bus, id: "bad" } };
  expect(await answered(bad)).toMatchObject({ code: "BAD_ORDER", message: "no such profile" });
});

it("what the gateway's own configuration leaves out is refused, whoever orders it", async () => {
  const { answered, buses } = await setUp(undefined, ["read-now"]);
  expect(await answered(valve)).toMatchObject({ outcome: "refused", code: "NOT_ALLOWED" });
  expect(buses.get("a")?.writes).toEqual([]);
  expect(await answered({ kind: "read-now", meters: ["M-a"] })).toMatchObject({ outcome: "done" });
});

it("a command that cannot be noted on the disk is not begun, and is answered", async () => {
  const { answered, buses, folder } = await setUp();
  await rm(folder, { recursive: true });
  expect(await answered(valve)).toMatchObject({ outcome: "failed", code: "DISK" });
  expect(buses.get("a")?.writes).toEqual([]);
});

it("the agent ends though a command is under way for minutes", async () => {
  const { send, desk, time, buses } = await setUp();
  const bus = buses.get("a");
  if (bus !== undefined) bus.reading = new Promise(() => undefined);
  send("slow", { kind: "read-now", meters: ["M-a"] });
  let isClosed = false;
  void desk.close().then(() => {
    isClosed = true;
  });
  await time.run(4900);
  expect(isClosed).toBe(false);
  await time.run(200);
  await expect.poll(() => isClosed).toBe(true);
});
