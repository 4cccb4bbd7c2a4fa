import { expect, it } from "vitest";
import { Backoff } from "./backoff.ts";

it("waits double up to the limit, each drawn between half and the whole of its step, and begin anew after a success", () => {
  const backoff = new Backoff({ firstMs: 100, maxMs: 400 }, () => 0.5);
  expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([75, 150, 300, 300]);
  backoff.reset();
  expect(backoff.next()).toBe(75);
});
