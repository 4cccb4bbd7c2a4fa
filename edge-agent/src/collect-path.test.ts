import { ChannelId, ManualClock, type Reading } from "@nightflow/domain";
import pino from "pino";
import { expect, it } from "vitest";
import { CollectPath } from "./collect-path.ts";

const NOW = Date.UTC(2026, 0, 31);
const channel = ChannelId.parse("M.pressure");
const good = (value: number | bigint, readAt = NOW): Reading => ({
  ...{ quality: "good", channel, readAt, value, flags: [] },
});

it("a value that is no number is told as missing: it would make its whole batch unreadable", () => {
  const taken: Reading[] = [];
  const deps = { clock: new ManualClock(NOW), logger: pino({ level: "silent" }), dataDir: "" };
  const path = new CollectPath({ ...deps, take: (readings) => void taken.push(...readings) });
  const sound = [good(1.5), good(2n ** 60n)];
  path.collect([...sound, good(Number.NaN), good(Number.POSITIVE_INFINITY)]);
  const missing = { quality: "missing", channel, readAt: NOW, reason: "not_a_number" };
  expect(taken).toEqual([...sound, missing, missing]);
});

it("an agent that starts in 1970 leaves the true time of a device alone", () => {
  const taken: Reading[] = [];
  const deps = { clock: new ManualClock(60_000), logger: pino({ level: "silent" }), dataDir: "" };
  const path = new CollectPath({ ...deps, take: (readings) => void taken.push(...readings) });
  path.collect([good(1)]);
  expect(taken).toEqual([good(1)]);
});
