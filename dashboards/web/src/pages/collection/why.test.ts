import { describe, expect, it } from "vitest";
import { outboxOf, whyMissing } from "./why.ts";

const agent = { site: "town", id: "gw", isOnline: true, statusAt: 1, status: null, channels: 2, meters: 2 };
const meter = { id: "H-1", agent: "town/gw" };

describe("why a meter does not report", () => {
  it("is its agent when that is away, and not the meter", () => {
    expect(whyMissing(meter, [{ ...agent, isOnline: false }])).toEqual({ code: "agent_offline" });
  });

  it("is what the agent met on the bus", () => {
    const status = { units: [{ meter: "H-1", state: "silent", lastError: "no answer in 500 ms" }] };
    expect(whyMissing(meter, [{ ...agent, status }])).toEqual({ code: "unit_silent", error: "no answer in 500 ms" });
    const failing = { units: [{ meter: "H-1", state: "failing", lastError: "total: illegal address" }] };
    expect(whyMissing(meter, [{ ...agent, status: failing }])).toMatchObject({ code: "unit_failing" });
  });

  it("is that nobody reads it", () => {
    expect(whyMissing({ id: "H-1", agent: null }, [agent])).toEqual({ code: "no_agent" });
    expect(whyMissing({ id: "H-1", agent: "town/other" }, [agent])).toEqual({ code: "agent_unknown" });
  });
});

describe("an agent's outbox", () => {
  it("is told by how full it is", () => {
    const status = { outbox: { records: 10, bytes: 25, maxBytes: 100, dropped: 0, oldestReadAt: null } };
    expect(outboxOf(status)).toEqual({ records: 10, fill: 0.25, dropped: 0, oldestReadAt: null });
  });

  it("is unknown when the last status does not tell it", () => {
    expect(outboxOf({ v: 1, state: "offline" })).toBeNull();
    expect(outboxOf(null)).toBeNull();
  });
});
