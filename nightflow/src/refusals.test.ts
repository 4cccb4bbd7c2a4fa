import type { Refusal } from "@nightflow/broker";
import { ManualClock, StoreUnavailableError } from "@nightflow/domain";
import type { CommitRequest } from "@nightflow/storage";
import pino from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keepRefusals } from "./refusals.ts";

const NOON = Date.UTC(2026, 2, 1, 12);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function refusal(change: Partial<Refusal> = {}): Refusal {
  return {
    at: NOON,
    what: "connect",
    reason: "wrong-password",
    identity: "gw-1",
    remoteAddress: "10.0.0.7",
    topic: null,
    detail: null,
    ...change,
  };
}

/** A keeper over a store that does with each commit what `fate` says. */
function setUp(fate: () => Promise<number> = async () => 1) {
  const commits: CommitRequest[] = [];
  const store = {
    commit: (request: CommitRequest) => {
      commits.push(request);
      return fate();
    },
  };
  const keeper = keepRefusals(store, new ManualClock(NOON), pino({ level: "silent" }));
  return { keeper, commits, kept: () => commits.flatMap(({ setAside }) => setAside) };
}

it("a client that hammers at the door is listed once a minute", async () => {
  const { keeper, kept } = setUp();
  for (let s = 0; s < 120; s++) keeper.take(refusal({ at: NOON + s * 1000 }));
  await keeper.close();
  expect(kept()).toHaveLength(2);
  expect(kept()[0]).toMatchObject({ agent: "gw-1", reasonCode: "REFUSED_WRONG_PASSWORD" });
});

it("one that makes up a name each time fills no disk", async () => {
  const { keeper, kept } = setUp();
  for (let n = 0; n < 10_000; n++) keeper.take(refusal({ identity: `gw-${n}`, at: NOON + n }));
  await keeper.close();
  expect(kept()).toHaveLength(20);
});

it("a name of control characters or of any length neither breaks a row nor blows it up", async () => {
  const { keeper, kept } = setUp();
  keeper.take(refusal({ identity: "\u0000\u001b[2J" }));
  keeper.take(refusal({ topic: "t".repeat(60_000) }));
  await keeper.close();
  expect(kept()[0]?.agent).toBe("\uFFFD\uFFFD[2J");
  expect(kept()[1]?.raw.length).toBeLessThan(1000);
});

it("behind a store that hangs only one commit waits, and what a store that was away did not take is kept later", async () => {
  const answers: PromiseWithResolvers<number>[] = [];
  const { keeper, commits } = setUp(() => {
    const answer = Promise.withResolvers<number>();
    answers.push(answer);
    return answer.promise;
  });
  for (let n = 0; n < 5; n++) {
    keeper.take(refusal({ identity: `gw-${n}` }));
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(commits).toHaveLength(1);
  answers[0]?.reject(new StoreUnavailableError("away"));
  await vi.advanceTimersByTimeAsync(1000);
  expect(commits[1]?.setAside.map(({ agent }) => agent)).toEqual(["gw-0", "gw-1", "gw-2", "gw-3", "gw-4"]);
  answers[1]?.resolve(2);
  await keeper.close();
});
