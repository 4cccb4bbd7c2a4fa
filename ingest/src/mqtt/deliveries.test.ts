import { expect, test } from "vitest";
import { Deliveries } from "./deliveries.ts";

test("a message is confirmed once it and all that came before it are dealt with", () => {
  const confirmed: [number, number][] = [];
  const deliveries = new Deliveries((messageId, outcome) => confirmed.push([messageId, outcome]));
  const [first, second, third] = [7, 8, 9].map((messageId) => deliveries.begin(messageId));
  second?.(0);
  expect(confirmed).toEqual([]);
  first?.(0x83);
  expect(confirmed).toEqual([
    [7, 0x83],
    [8, 0],
  ]);
  first?.(0);
  third?.(0);
  expect(confirmed.at(-1)).toEqual([9, 0]);
  expect(confirmed).toHaveLength(3);
  expect(deliveries.size).toBe(0);
});
