import { ConfigError, newId } from "@nightflow/domain";
import { expect, test } from "vitest";
import { checkedRedisUrl, redisNameOf, redisQueueOf, rowIdOf } from "./redis-names.ts";

test("a job's name in Redis leads back to its row, and a revived job has another name", () => {
  const id = newId();
  const names = [0, 1, 12].map((revived) => redisNameOf({ id, revived }));
  expect(new Set(names).size).toBe(3);
  expect(names.map(rowIdOf)).toEqual([id, id, id]);
});

test("a queue with a colon does not run into another queue's keys", () => {
  expect(redisQueueOf("reports:monthly")).toBe("reports%3Amonthly");
});

test("an address that is none of a Redis is refused without being shown", () => {
  expect(checkedRedisUrl("rediss://:secret@redis.example:6380/2")).toContain("redis.example");
  for (const url of ["http://:secret@redis.example", "secret"]) {
    expect(() => checkedRedisUrl(url)).toThrow(ConfigError);
    expect(() => checkedRedisUrl(url)).not.toThrow("secret");
  }
});
