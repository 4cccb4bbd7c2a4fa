import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { PendingCalls } from "./pending-calls.ts";

const LOST = new Error("the connection is lost");

describe("calls over one connection", () => {
  it("give their answers and are forgotten then", async () => {
    const calls = new PendingCalls();
    expect(await calls.add(Promise.resolve(7))).toBe(7);
    await expect(calls.add(Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    expect(calls.size).toBe(0);
  });

  it("fail when it is lost, and at once after that", async () => {
    const calls = new PendingCalls();
    const open = [calls.add(new Promise(() => undefined)), calls.add(new Promise(() => undefined))];
    calls.failAll(LOST);
    expect(await Promise.allSettled(open)).toEqual([
      { status: "rejected", reason: LOST },
      { status: "rejected", reason: LOST },
    ]);
    await expect(calls.add(Promise.resolve(7))).rejects.toBe(LOST);
    await expect(calls.add(Promise.reject(new Error("refused too")))).rejects.toBe(LOST);
    expect(calls.size).toBe(0);
  });

  it("keep nothing of what was sent while the connection lasts", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const calls = new PendingCalls();
    const sent = await send(calls, "x".repeat(1000));
    await expect
      .poll(() => {
        collectGarbage();
        return sent.deref() === undefined;
      })
      .toBe(true);
    expect(calls.size).toBe(0);
  });
});

/** In a function of its own: a test's own frame keeps what it made. */
async function send(calls: PendingCalls, bytes: string): Promise<WeakRef<{ bytes: string }>> {
  const payload = { bytes };
  await calls.add(Promise.resolve(payload));
  return new WeakRef(payload);
}
