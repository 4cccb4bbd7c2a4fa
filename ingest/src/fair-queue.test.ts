import { expect, test } from "vitest";
import { FairQueue } from "./fair-queue.ts";

test("who sends little goes before those who wait with much, and many of them hold up nobody", () => {
  const queue = new FairQueue<string>();
  for (let i = 0; i < 50; i++) queue.push("fleet", "fleet");
  expect(queue.next()).toBe("fleet");
  queue.push("live", "live");
  expect(queue.next()).toBe("live");
  for (let i = 0; i < 100; i++) queue.push(`live${i}`, "live");
  const order = Array.from({ length: 100 }, () => queue.next());
  expect(order.slice(0, 20)).not.toContain("fleet");
  expect(order.filter((item) => item === "fleet").length).toBeGreaterThanOrEqual(3);
});

test("lanes take turns and each keeps its order", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "a2", "a3", "b1", "c1", "c2"]) queue.push(item[0] ?? "", item);
  expect(queue.peek()).toBe("a1");
  const order = Array.from({ length: queue.size }, () => queue.next());
  expect(order).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
  expect(queue.next()).toBeUndefined();
});

test("only who brings little is a newcomer, and newcomers can be asked for alone", () => {
  const queue = new FairQueue<string>();
  queue.push("fleet", "fleet1", false);
  queue.push("fleet", "fleet2", true);
  expect(queue).toMatchObject({ hasNewcomer: false, hasOthers: true });
  queue.push("live", "live1", true);
  queue.push("live", "live2", true);
  expect([queue.nextNewcomer(), queue.nextNewcomer()]).toEqual(["live1", undefined]);
  expect([queue.next(), queue.next(), queue.next()]).toEqual(["fleet1", "live2", "fleet2"]);
});
