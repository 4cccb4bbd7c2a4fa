import { describe, expect, it } from "vitest";
import { Audience, SessionFilters } from "./audience.ts";
import { BoundedEmitter } from "./emitter.ts";

const READINGS = "nf/v1/town/gw-1/readings";
const EVERYONES = "nf/v1/+/+/readings";

function audience() {
  const emitter = new BoundedEmitter({ maxInFlight: 10, maxBacklog: 10 });
  const sessions = new SessionFilters();
  const all = new Audience(emitter, sessions);
  return { emitter, sessions, all, isHeard: (topic = READINGS) => all.of(topic, undefined).isHeard };
}

describe("the audience of a topic", () => {
  it("is nobody while all listen to something else", () => {
    const { emitter, sessions, isHeard } = audience();
    emitter.on("nf/v1/town/gw-1/ack", () => {});
    sessions.add("gw-1/1", "nf/v1/town/gw-1/ack");
    expect(isHeard()).toBe(false);
  });

  it("is a live listener, until he leaves", () => {
    const { emitter, isHeard } = audience();
    const listener = () => {};
    emitter.on(EVERYONES, listener);
    expect(isHeard()).toBe(true);
    emitter.removeListener(EVERYONES, listener);
    expect(isHeard()).toBe(false);
  });

  it("is a session whose client is away, until it is ended", () => {
    const { sessions, isHeard } = audience();
    sessions.add("monitor/1", EVERYONES);
    sessions.add("monitor/2", "meters/#");
    expect([isHeard(), isHeard("meters/7"), isHeard("other")]).toEqual([true, true, false]);
    sessions.remove("monitor/1", EVERYONES);
    sessions.clear("monitor/2");
    expect([isHeard(), isHeard("meters/7")]).toEqual([false, false]);
  });

  it("is looked at again when anybody comes or goes, and for another topic", () => {
    const { emitter, sessions, all } = audience();
    const first = all.of(READINGS, undefined);
    expect(all.of(READINGS, first)).toBe(first);
    expect(all.of("meters/7", first)).not.toBe(first);
    emitter.on(EVERYONES, () => {});
    expect(all.of(READINGS, first).isHeard).toBe(true);
    const second = all.of("meters/7", undefined);
    sessions.add("monitor/1", "meters/#");
    expect(all.of("meters/7", second).isHeard).toBe(true);
  });
});
