import { expect, test } from "vitest";
import { LagMeter } from "./metric-families.ts";

test("the lag is the time since the first unread commit was seen, and nothing once all are read", () => {
  const lag = new LagMeter();
  expect(lag.look(10, 10, 0)).toEqual({ commits: 0, seconds: 0 });
  expect(lag.look(12, 10, 5000)).toEqual({ commits: 2, seconds: 0 });
  expect(lag.look(15, 10, 9000)).toEqual({ commits: 5, seconds: 4 });
  expect(lag.look(15, 12, 10_000)).toEqual({ commits: 3, seconds: 1 });
  expect(lag.look(15, 15, 11_000)).toEqual({ commits: 0, seconds: 0 });
});

test("a detector that stands still for days keeps the age of what it has not read, in bounded memory", () => {
  const lag = new LagMeter();
  for (let no = 1; no < 5000; no++) lag.look(no, 0, no * 1000);
  expect(lag.look(5000, 0, 5_000_000)).toEqual({ commits: 5000, seconds: 4999 });
});
