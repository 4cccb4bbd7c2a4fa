import { describe, expect, it } from "vitest";
import {
  type AlarmClass,
  AnomalyState,
  alarmClassOf,
  alwaysOpensTicket,
  causeGroupOf,
  LIVE_ANOMALY_STATES,
  RuleCode,
  rankOf,
} from "./anomaly.ts";

describe("the classes of replay's alarm file (DOMAIN 3.4)", () => {
  const expected: Partial<Record<RuleCode, AlarmClass>> = {
    BURST: "burst",
    CONT_FLOW: "leak",
    CONT_FLOW_BIG: "leak",
    FLOOR_RISE: "leak",
    INTERMITTENT: "leak",
    NIGHT_MIN: "leak",
    DMA_LOSS: "leak",
    GAS_CONT: "leak",
    NO_USE: "stopped",
    FROZEN: "stopped",
    UNDER_REG: "low",
  };

  it("belong to exactly these rules", () => {
    for (const rule of RuleCode.options.filter((code) => code !== "USAGE_CHANGE"))
      for (const direction of ["up", "down"] as const) expect(alarmClassOf(rule, direction)).toBe(expected[rule]);
  });

  it("tell a change of use upwards from one downwards", () => {
    expect(alarmClassOf("USAGE_CHANGE", "up")).toBe("high");
    expect(alarmClassOf("USAGE_CHANGE", "down")).toBe("low");
  });
});

describe("cause groups", () => {
  it("put leaks, bursts and night flow on one ticket", () => {
    expect(
      new Set(["CONT_FLOW", "BURST", "NIGHT_MIN", "DMA_LOSS"].map((code) => causeGroupOf(RuleCode.parse(code)))),
    ).toEqual(new Set(["leak"]));
  });

  it("make gas that never stops a matter of safety, and a silent meter one of communication", () => {
    expect(causeGroupOf("GAS_CONT")).toBe("safety");
    expect(causeGroupOf("COMMS")).toBe("comms");
    expect(causeGroupOf("TAMPER")).toBe("meter");
  });

  it("of safety, communication and changed use open a ticket whatever the money", () => {
    expect(
      ["leak", "meter", "comms", "usage_change", "safety"].map((group) => alwaysOpensTicket(group as never)),
    ).toEqual([false, false, true, true, true]);
  });
});

describe("an anomaly", () => {
  it("holds its key until it has ended", () => {
    const ended = AnomalyState.options.filter((state) => !(LIVE_ANOMALY_STATES as readonly string[]).includes(state));
    expect(ended).toEqual(["closed", "withdrawn", "auto_closed", "false_alarm", "planned", "merged"]);
  });

  it("is ranked by money per day and confidence", () => expect(rankOf(20, 0.5)).toBe(10));
});
