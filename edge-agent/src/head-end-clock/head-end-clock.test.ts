import { ChannelId, decodeTimeQuestion, encodeTimeAnswer, type Reading } from "@nightflow/domain";
import { expect, it } from "vitest";
import { FakeTime } from "../testing/fake-time.ts";
import { withPossibleTimes } from "./device-times.ts";
import { HeadEndClock } from "./head-end-clock.ts";

/** An agent's clock beside a head-end's, with a way of some length between them. */
function setUp(aheadMs: number) {
  const agent = { nowMs: 1_750_000_000_000 };
  let ahead = aheadMs;
  const clock = new HeadEndClock({ clock: new FakeTime(0), wallNow: () => agent.nowMs, alarmMs: 1000 });
  const exchange = (thereMs: number, backMs: number) => {
    const question = decodeTimeQuestion(clock.ask());
    agent.nowMs += thereMs;
    const heardAt = agent.nowMs - ahead;
    agent.nowMs += backMs;
    clock.hear(Buffer.from(encodeTimeAnswer(question, heardAt, heardAt)));
    return question;
  };
  const set = (ms: number) => {
    agent.nowMs += ms;
    ahead += ms;
  };
  return { clock, exchange, set };
}

it("the offset is that of the shortest way, and an alarm only where it is certain", () => {
  const { clock, exchange } = setUp(400);
  expect(clock.standing()).toBeNull();
  exchange(3000, 10);
  expect(clock.standing()).toMatchObject({ roundTripMs: 3010, alarm: false });
  exchange(10, 10);
  exchange(900, 100);
  expect(clock.standing()).toMatchObject({ offsetMs: 400, roundTripMs: 20, alarm: false });
});

it("a clock that is set is noticed at the next answer", () => {
  const { clock, exchange, set } = setUp(0);
  exchange(5, 5);
  set(3_600_000);
  exchange(20, 20);
  expect(clock.standing()).toMatchObject({ offsetMs: 3_600_000, alarm: true });
});

it("an answer to an older question counts for nothing", () => {
  const { clock } = setUp(0);
  const old = decodeTimeQuestion(clock.ask());
  clock.ask();
  clock.hear(Buffer.from(encodeTimeAnswer(old, 5, 5)));
  expect(clock.standing()).toBeNull();
});

it("readings of a device whose clock says 1970 or 2036 get the agent's time and are told as suspect", () => {
  const nowMs = Date.UTC(2026, 10, 23);
  const at = (readAt: number): Reading => ({
    quality: "good",
    channel: ChannelId.parse("M"),
    readAt,
    value: 1,
    flags: [],
  });
  const good = [at(nowMs - 86_400_000 * 400), at(nowMs + 60_000)];
  expect(withPossibleTimes(good, nowMs)).toBe(good);
  expect(withPossibleTimes([at(0), at(Date.UTC(2036, 1, 7)), at(nowMs)], nowMs)).toEqual([
    { ...at(nowMs), quality: "suspect", flags: ["clock_shift"] },
    { ...at(nowMs), quality: "suspect", flags: ["clock_shift"] },
    at(nowMs),
  ]);
});
