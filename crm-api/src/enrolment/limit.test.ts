import { ManualClock } from "@nightflow/domain";
import { expect, test } from "vitest";
import { TooManyAttemptsProblem } from "../http/problems.ts";
import { JoinLimit } from "./limit.ts";

test("one address asks so often a minute, others beside it, and all together ten times as often", () => {
  const clock = new ManualClock(0);
  const limit = new JoinLimit(2, () => clock.now());
  const ask = (address: string) => () => limit.take(address);
  for (const address of ["a", "a", "b"]) ask(address)();
  expect(ask("a")).toThrow(TooManyAttemptsProblem);
  clock.advance(60_000);
  expect(ask("a")).not.toThrow();
  for (let no = 0; no < 19; no++) ask(`c${no}`)();
  expect(ask("d")).toThrow(TooManyAttemptsProblem);
});
