import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentConfig } from "@nightflow/domain";
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { BusFleet } from "../bus-fleet.ts";
import { busConfig, channelConfig, FakeBus } from "../testing/fake-bus.ts";
import { FakeTime } from "../testing/fake-time.ts";
import { type ConfigBook, type ConfigState, hashOfConfig, openConfigBook } from "./config-book.ts";
import { RemoteConfig } from "./remote-config.ts";

const logger = pino({ level: "silent" });
const configOf = (buses: Record<string, number>, more: object = {}) => ({
  v: 1,
  channels: Object.keys(buses).map((id) => channelConfig(`M-${id}`)),
  buses: Object.entries(buses).map(([id, periodS]) => busConfig(id, `M-${id}`, periodS)),
  healthCheck: { afterS: 60 },
  ...more,
});
const A = JSON.stringify(configOf({ a: 60, b: 60 }));
const B = JSON.stringify(configOf({ a: 60, b: 30 }));

/** An agent's half of remote configuration, on a folder that outlives it. */
async function setUp(
  options: { own?: object; folder?: string; knows?: string; book?: (book: ConfigBook) => ConfigBook } = {},
) {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "nightflow-config-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const time = new FakeTime(1_750_000_000_000);
  const opened: FakeBus[] = [];
  const fleet = new BusFleet((bus) => {
    if (bus.id === "broken") throw new Error("no such device");
    const made = new FakeBus(bus);
    opened.push(made);
    return made;
  });
  const line = { isConnected: true };
  const book = await openConfigBook(folder, logger);
  const remote = new RemoteConfig({
    book: options.book?.(book) ?? book,
    fleet,
    own: options.own === undefined ? null : AgentConfig.parse(options.own),
    faultsOf: ({ buses }) =>
      buses.flatMap(({ id }) =>
        id === "bad" && options.knows !== id ? ["bus bad: no such profile", "bus bad: no host"] : [],
      ),
    beforeApply: () => undefined,
    isConnected: () => line.isConnected,
    onChange: () => undefined,
    clock: time,
    timers: time,
    logger,
  });
  await remote.start();
  const take = (payload: string) => remote.take(Buffer.from(payload));
  const reads = () =>
    Object.fromEntries((fleet.config?.buses ?? []).map((bus) => [bus.id, "units" in bus ? bus.units[0]?.periodS : 0]));
  return { folder, time, opened, fleet, line, remote, take, reads };
}

it("an agent without a file waits for its configuration, and reads by it after the trial and after a restart", async () => {
  const first = await setUp();
  expect([first.remote.source, first.remote.hash, first.reads()]).toEqual(["none", null, {}]);
  await first.take(A);
  expect(first.remote.result).toMatchObject({ hash: hashOfConfig(A), outcome: "trying", buses: { opened: 2 } });
  await first.time.run(60_000);
  await expect.poll(() => first.remote.result?.outcome).toBe("applied");
  const again = await setUp({ folder: first.folder });
  expect([again.remote.source, again.remote.hash, again.reads()]).toEqual([
    "remote",
    hashOfConfig(A),
    { a: 60, b: 60 },
  ]);
});

it("the same configuration again touches nothing", async () => {
  const { take, opened, remote, time } = await setUp();
  await take(A);
  await time.run(60_000);
  await expect.poll(() => remote.result?.outcome).toBe("applied");
  await take(A);
  expect(opened.map(({ isClosed }) => isClosed)).toEqual([false, false]);
});

it("a change of one bus leaves the others alone", async () => {
  const { take, opened, remote, reads } = await setUp();
  await take(A);
  await take(B);
  expect(opened.map(({ bus, isClosed }) => [bus.id, isClosed])).toEqual([
    ["a", false],
    ["b", true],
    ["b", false],
  ]);
  expect(remote.result).toMatchObject({ outcome: "trying", buses: { kept: 1, opened: 1, closed: 1 } });
  expect(reads()).toEqual({ a: 60, b: 30 });
});

it("a configuration with faults is refused with all of them, and what was read goes on", async () => {
  const { take, opened, remote } = await setUp({ own: configOf({ a: 60 }) });
  await take(JSON.stringify({ ...configOf({ a: 0, b: -1 }) }));
  expect(remote.result?.outcome).toBe("refused");
  expect(remote.result?.faults.join()).toMatch(/buses\.0\.units\.0\.periodS.*buses\.1\.units\.0\.periodS/);
  await take(JSON.stringify(configOf({ bad: 60 })));
  expect(remote.result?.faults).toEqual(["bus bad: no such profile", "bus bad: no host"]);
  await take("{ half of it");
  expect(remote.result?.outcome).toBe("refused");
  await take(JSON.stringify({ ...configOf({ a: 60 }), v: 2 }));
  expect(remote.result?.faults.join()).toContain("version 2");
  expect(opened.map(({ isClosed }) => isClosed)).toEqual([false]);
  expect(remote.source).toBe("file");
});

it("a configuration that makes a good bus wholly silent is taken back with the reason, and not tried again", async () => {
  const { take, opened, remote, time, reads } = await setUp({ own: configOf({ a: 60, b: 60 }) });
  await take(B);
  for (const bus of opened) if (!bus.isClosed && bus.bus.id === "b") bus.state = "silent";
  await time.run(60_000);
  await expect.poll(() => remote.result?.outcome).toBe("rolled-back");
  expect(remote.result?.faults).toEqual(["bus b was good before and answers nothing now"]);
  expect(remote.source).toBe("file");
  expect(reads()).toEqual({ a: 60, b: 60 });
  const before = opened.length;
  await take(B);
  expect([opened.length, remote.result?.outcome]).toEqual([before, "rolled-back"]);
});

it("a bus that nobody has asked yet is asked before it is judged", async () => {
  const { take, opened, remote, time } = await setUp({ own: configOf({ a: 3600 }) });
  await take(JSON.stringify(configOf({ a: 7200 })));
  for (const bus of opened) bus.polls = 0;
  await time.run(60_000);
  await expect.poll(() => remote.result?.outcome).toBe("applied");
});

it("a configuration after which the head-end is never reached is taken back; one of a silent bus that was silent before is not", async () => {
  const { take, opened, remote, time, line } = await setUp({ own: configOf({ a: 60 }) });
  for (const bus of opened) bus.state = "silent";
  await take(A);
  for (const bus of opened) bus.state = "silent";
  await time.run(60_000);
  await expect.poll(() => remote.result?.outcome).toBe("applied");
  await take(B);
  line.isConnected = false;
  await time.run(60_000);
  // It was there while the trial ran, so the line and not the configuration is at fault.
  await expect.poll(() => remote.result?.outcome).toBe("applied");
});

it("of two changes in a row the good one before both is what is gone back to", async () => {
  const { take, remote, time, opened, reads } = await setUp({ own: configOf({ a: 60, b: 60 }) });
  await take(B);
  await time.run(30_000);
  await take(JSON.stringify(configOf({ a: 60, b: 15 })));
  for (const bus of opened) if (!bus.isClosed && bus.bus.id === "b") bus.state = "silent";
  await time.run(60_000);
  await expect.poll(() => remote.result?.outcome).toBe("rolled-back");
  expect(reads()).toEqual({ a: 60, b: 60 });
});

it("an agent that is killed at any step of a change starts with the old or the new configuration, and never with none", async () => {
  for (const step of [1, 2]) {
    let writes = 0;
    const dying = (book: ConfigBook): ConfigBook => ({
      get state() {
        return book.state;
      },
      write: async (state: ConfigState) => {
        if (++writes === step) throw new Error("killed");
        await book.write(state);
      },
    });
    const { folder, take } = await setUp({ own: configOf({ a: 60, b: 60 }), book: dying });
    await take(B);
    const after = await setUp({ folder, own: configOf({ a: 60, b: 60 }) });
    expect(after.reads()).toEqual(step === 1 ? { a: 60, b: 60 } : { a: 60, b: 30 });
    if (step === 1) continue;
    for (const bus of after.opened) if (bus.bus.id === "b") bus.state = "silent";
    await after.time.run(60_000);
    await expect.poll(() => after.remote.result?.outcome).toBe("rolled-back");
    expect(after.reads()).toEqual({ a: 60, b: 60 });
  }
});

it("a configuration that kills its agent at every start is given up", async () => {
  const { folder, take } = await setUp({ own: configOf({ a: 60, b: 60 }) });
  await take(B);
  for (let start = 0; start < 3; start++)
    expect((await setUp({ folder, own: configOf({ a: 60, b: 60 }) })).reads()).toEqual({ a: 60, b: 30 });
  const last = await setUp({ folder, own: configOf({ a: 60, b: 60 }) });
  expect(last.reads()).toEqual({ a: 60, b: 60 });
  expect(last.remote.result).toMatchObject({ outcome: "rolled-back" });
});

it("a file that a bad disk has eaten is set aside, and the agent's own file is read", async () => {
  const { folder, take } = await setUp({ own: configOf({ a: 60 }) });
  await take(A);
  await writeFile(join(folder, "remote-config.json"), "half of it");
  const after = await setUp({ folder, own: configOf({ a: 60 }) });
  expect([after.remote.source, after.reads()]).toEqual(["file", { a: 60 }]);
  expect(await readFile(join(folder, "remote-config.json.damaged"), "utf8")).toBe("half of it");
});

it("a configuration whose bus does not open is taken back at once, and what was read before is read again", async () => {
  const { take, remote, reads, opened } = await setUp({ own: configOf({ a: 60, b: 60 }) });
  await take(JSON.stringify(configOf({ a: 30, b: 60, broken: 60 })));
  expect(remote.result).toMatchObject({ outcome: "rolled-back" });
  expect(remote.result?.faults.join()).toContain("bus broken does not open: no such device");
  expect(reads()).toEqual({ a: 60, b: 60 });
  expect(opened.filter(({ isClosed }) => !isClosed).map(({ bus }) => bus.id)).toEqual(["b", "a"]);
});

it("a configuration that was refused for want of a profile is taken when it comes again and the profile is there", async () => {
  const wanting = JSON.stringify(configOf({ bad: 60 }));
  const first = await setUp();
  await first.take(wanting);
  await first.take(wanting);
  expect(first.remote.result?.outcome).toBe("refused");
  const later = await setUp({ folder: first.folder, knows: "bad" });
  await later.take(wanting);
  expect(later.reads()).toEqual({ bad: 60 });
});

it("a full disk keeps nobody from going back, nor from reading after a start", async () => {
  const full = { isFull: false };
  const book = (real: ConfigBook): ConfigBook => ({
    get state() {
      return real.state;
    },
    write: async (state: ConfigState) => {
      if (full.isFull) throw new Error("ENOSPC");
      await real.write(state);
    },
  });
  const own = configOf({ a: 60, b: 60 });
  const { folder, take, opened, time, reads, remote } = await setUp({ own, book });
  await take(B);
  full.isFull = true;
  const again = await setUp({ folder, own, book });
  expect(again.reads()).toEqual({ a: 60, b: 30 });
  for (const bus of opened) if (!bus.isClosed && bus.bus.id === "b") bus.state = "silent";
  await time.run(60_000);
  await expect.poll(() => reads()).toEqual({ a: 60, b: 60 });
  expect(remote.result?.outcome).toBe("trying");
});
