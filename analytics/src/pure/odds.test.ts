import { expect, test } from "vitest";
import { oddsWords } from "./odds.ts";

test.each([
  [0, "more than 1 in 4", "四分之一以上"],
  [2.3, "about 1 in 10", "约十分之一"],
  [9.2, "about 1 in 10,000", "约万分之一"],
  [13.8, "about 1 in a million", "约百万分之一"],
  [16, "less than 1 in a million", "不到百万分之一"],
  [71.4, "less than 1 in a million", "不到百万分之一"],
])("a chance of %d nats is said as a person would say it, and never as a power of ten", (nats, en, zh) => {
  expect(oddsWords(nats)).toEqual({ en, zh });
});
