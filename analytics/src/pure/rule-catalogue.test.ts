import { describe, expect, it } from "vitest";
import { checkedParameters, RULE_CATALOGUE, RuleParametersError, tuningOfSettings } from "./rule-catalogue.ts";
import { DEFAULT_TUNING, parametersOf, TUNED_RULES, tuningWith } from "./tuning.ts";

const refused = (code: (typeof TUNED_RULES)[number], values: Record<string, unknown>) => {
  try {
    return checkedParameters(code, values);
  } catch (error) {
    return error instanceof RuleParametersError
      ? error.faults.map(({ parameter, fault }) => [parameter, fault])
      : error;
  }
};

describe("the catalogue of rules", () => {
  it("describes every parameter of every rule that can be tuned, and allows its default", () => {
    for (const code of TUNED_RULES) {
      const entry = RULE_CATALOGUE.find((rule) => rule.code === code);
      expect(Object.keys(entry?.parameters ?? {}).sort()).toEqual(Object.keys(DEFAULT_TUNING[code]).sort());
      expect(checkedParameters(code, parametersOf(DEFAULT_TUNING, code))).toEqual(DEFAULT_TUNING[code]);
    }
  });

  it("speaks both languages", () => {
    for (const { name, finds, nullCase, parameters } of RULE_CATALOGUE)
      for (const { zh, en } of [name, finds, nullCase, ...Object.values(parameters).map(({ meaning }) => meaning)]) {
        expect(zh).toMatch(/\p{Script=Han}/u);
        expect(en).not.toMatch(/\p{Script=Han}/u);
      }
  });
});

describe("impossible parameters", () => {
  it("are refused, each by name", () => {
    expect(refused("CONT_FLOW", { leastHours: 0, recordFactor: Number.NaN, quietHours: 2.5, nonsense: 1 })).toEqual([
      ["leastHours", "too_low"],
      ["recordFactor", "not_a_number"],
      ["quietHours", "not_whole"],
      ["nonsense", "unknown"],
    ]);
    expect(refused("BURST", { leastLitresPerHour: 1e9, q3Share: "0.1" })).toEqual([
      ["leastLitresPerHour", "too_high"],
      ["q3Share", "not_a_number"],
    ]);
    expect(refused("BURST", { constructor: 1 })).toEqual([["constructor", "unknown"]]);
  });

  it("are refused when they contradict each other", () => {
    expect(refused("GAS_CONT", { leastHours: 240, capHours: 100 })).toEqual([["capHours", "too_low"]]);
    expect(refused("GAS_P_DROP", { dropShare: 0.9 })).toEqual([["overShare", "too_low"]]);
  });

  it("kept by an earlier release fall back to the default instead of stopping the detectors", () => {
    const told: string[] = [];
    const settings = [
      { rule: "CONT_FLOW", parameters: { leastHours: 24, recordFactor: -1 } },
      { rule: "GONE", parameters: { a: 1 } },
    ];
    const tuning = tuningWith(tuningOfSettings(settings, (rule) => told.push(rule)));
    expect(tuning.CONT_FLOW).toEqual({ ...DEFAULT_TUNING.CONT_FLOW, leastHours: 24 });
    expect(told).toEqual(["CONT_FLOW"]);
  });
});
