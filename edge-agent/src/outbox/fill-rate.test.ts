import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChannelId, ManualClock, type Reading } from "@nightflow/domain";
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { FillRate } from "./fill-rate.ts";
import { OutboxLimits } from "./limits.ts";
import { Outbox } from "./outbox.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 23);

it("hours are told by the rate of the last minutes, also soon after the start", () => {
  let nowMs = 0;
  const rate = new FillRate(() => nowMs);
  expect(rate.hoursOf(1000)).toBeNull();
  for (let second = 0; second < 30; second++) {
    nowMs += 1000;
    rate.add(100);
  }
  expect(rate.hoursOf(360_000)).toBeCloseTo(1, 1);
  for (let second = 0; second < 3600; second++) {
    nowMs += 1000;
    rate.add(200);
  }
  expect(rate.hoursOf(720_000)).toBeCloseTo(1, 1);
  nowMs += 20 * 3_600_000;
  expect(rate.hoursOf(720_000)).toBeNull();
});

async function agedOutbox(policy: "dropOldest" | "stop") {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-aged-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const clock = new ManualClock(NOW);
  const limits = OutboxLimits.parse({ maxBytes: 65_536, maxAgeDays: 10, policy });
  const outbox = await Outbox.open({ folder, limits, clock, logger: pino({ level: "silent" }) });
  const take = async (day: number) => {
    const readAt = NOW + day * DAY_MS;
    clock.set(readAt);
    const reading: Reading = { quality: "good", channel: ChannelId.parse("M"), readAt, value: day, flags: [] };
    outbox.add(Array.from({ length: 100 }, () => reading));
    await outbox.flush();
  };
  for (let day = 0; day < 30; day += 3) await take(day);
  const fill = outbox.fill();
  await outbox.close();
  return fill;
}

it("readings that nobody took for longer than the outbox may keep them are given up, counted, oldest first", async () => {
  const { dropped, oldestReadAt } = await agedOutbox("dropOldest");
  expect(dropped).toBeGreaterThan(0);
  expect(oldestReadAt).toBeGreaterThanOrEqual(NOW + 12 * DAY_MS);
});

it("an outbox that stops when it is full gives up nothing for its age", async () => {
  const { dropped, oldestReadAt, policy } = await agedOutbox("stop");
  expect([dropped, oldestReadAt, policy]).toEqual([0, NOW, "stop"]);
});
