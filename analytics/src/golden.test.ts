import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Engine, type EngineOutput } from "./engine.ts";
import { mixedMeters, mixedRows, pagesOf } from "./testing/mixed-feed.ts";
import { DAY_MS, HOUR_MS, meterOf, START_MS } from "./testing/series.ts";

const DAYS = 50;

describe("what the detectors find in a feed of everything", () => {
  const meters = [
    ...mixedMeters(60),
    ...Array.from({ length: 60 }, (_, i) => meterOf(`m${i}`, { channel: `m${i}.pressure`, quantity: "pressure" })),
  ].map((channel) => (channel.quantity === "pressure" ? { ...channel, litresPerCount: null } : channel));
  const pages = pagesOf(mixedRows(mixedMeters(60), DAYS, 11), 5);

  test.each([
    { name: "as one", shards: 1, digest: "01e121a84d27d87141b9bacde07774662aafdfdd674660e6ed203c52e89da795" },
    { name: "in three shards", shards: 3, digest: "c517e3bc253f6deacecb3614d86bccdaa37bed26d4311317c4bb7ff1d2e08369" },
  ])("stays the same to the last digit: $name", ({ shards, digest }) => {
    const hash = createHash("sha256");
    let events = 0;
    for (let index = 0; index < shards; index++)
      for (const output of outputs({ index, count: shards })) {
        events += output.events.length;
        hash.update(JSON.stringify(output));
      }
    expect(events).toBeGreaterThan(300);
    expect(hash.digest("hex")).toBe(digest);
  });

  /** Page by page, with a tick now and then, a newer registry, and a restart from a snapshot half-way. */
  function outputs(shard: { index: number; count: number }): EngineOutput[] {
    let engine = new Engine(meters.slice(0, 50), { shard });
    return pages.flatMap((page, i) => {
      const found = [engine.feed(page)];
      if (i === 3) engine.setRegistry(meters);
      if (i % 4 === 0) found.push(engine.tick(START_MS + DAY_MS * 2 + (i * DAYS * 24 * HOUR_MS) / pages.length));
      if (i === Math.floor(pages.length / 2)) engine = restarted(engine, shard);
      return found;
    });
  }

  function restarted(engine: Engine, shard: { index: number; count: number }): Engine {
    const next = new Engine(meters.toReversed(), { shard });
    next.restore(engine.snapshot());
    return next;
  }
});
