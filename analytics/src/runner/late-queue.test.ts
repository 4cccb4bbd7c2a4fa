import { ManualClock } from "@nightflow/domain";
import { describe, expect, test } from "vitest";
import { LateQueue } from "./late-queue.ts";

const HOUR_MS = 3_600_000;
const SETTLE_MS = 1000;

function queue(): LateQueue {
  return new LateQueue(0, new ManualClock(0), SETTLE_MS);
}

function late(channel: string, hour: number) {
  const at = hour * HOUR_MS;
  return [{ channel, periodMs: HOUR_MS, readings: 1, spans: [[at, at] as const] }];
}

describe("meters with late readings", () => {
  test("wait until nothing more has come for a while, then the quietest goes first", () => {
    const waiting = queue();
    waiting.add(late("a", 1), 0);
    waiting.add(late("b", 1), 100);
    waiting.add(late("a", 2), 900);
    expect(waiting.next(false, 1000)).toBeUndefined();
    expect(waiting.next(false, 1100)?.channel).toBe("b");
    expect(waiting.next(true, 901)?.channel).toBe("b");
  });

  test("are one batch however often more comes, with all of its readings", () => {
    const waiting = queue();
    waiting.add(late("a", 1), 0);
    const id = waiting.next(true)?.id;
    waiting.add(late("a", 2), 10);
    expect(waiting.next(true)).toMatchObject({ id, readings: 2, spans: [[HOUR_MS, 2 * HOUR_MS]] });
    expect(waiting.size).toBe(1);
  });

  test("that never come to rest are judged in the end all the same", () => {
    const waiting = queue();
    for (let at = 0; at <= 70 * SETTLE_MS; at += SETTLE_MS / 2) {
      waiting.add(late("restless", at), at);
      waiting.add(late("other", at), at);
    }
    expect(waiting.next(false, 70 * SETTLE_MS)?.channel).toBe("restless");
  });

  test("that were judged are a new batch when more comes late", () => {
    const waiting = queue();
    waiting.add(late("a", 1), 0);
    const first = waiting.next(true);
    if (first) waiting.done(first);
    waiting.add(late("a", 2), 10);
    expect(waiting.next(true)?.id).not.toBe(first?.id);
    expect(waiting.next(true)?.readings).toBe(1);
    expect(waiting.hasDone).toBe(true);
  });
});
