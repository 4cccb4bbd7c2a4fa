import { expect, test } from "vitest";
import { FairQueue } from "./fair-queue.ts";

test("lanes take turns and each keeps its order", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "a2", "a3", "b1", "c1", "c2"]) queue.push(item[0] ?? "", item);
  expect(queue.peek()).toBe("a1");
  const order = Array.from({ length: queue.size }, () => queue.next());
  expect(order).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
  expect(queue.next()).toBeUndefined();
});
