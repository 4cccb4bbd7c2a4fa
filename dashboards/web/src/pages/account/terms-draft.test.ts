import { expect, test } from "vitest";
import { draftOf, termsOf } from "./terms-draft.ts";

const NONE = {
  deviations: null,
  aboveHours: null,
  belowHours: null,
  idleM3h: null,
  contractM3h: null,
  contractMinutes: null,
  contractM3Day: null,
  monthBudgetM3: null,
};
const SHIFTS = [{ weekday: 1, fromMinute: 480, toMinute: 1200 }];

test("what holds comes back unchanged from the form", () => {
  const terms = { thresholds: { ...NONE, contractM3h: 12.5, aboveHours: 2 }, shifts: SHIFTS };
  expect(termsOf(draftOf(terms))).toEqual(terms);
});

test("a form that no account can have is not sent", () => {
  const draft = draftOf({ thresholds: NONE, shifts: SHIFTS });
  const withText = (key: keyof typeof NONE, text: string) =>
    termsOf({ ...draft, thresholds: { ...draft.thresholds, [key]: text } });
  for (const [key, text] of [
    ["deviations", "0"],
    ["aboveHours", "1.5"],
    ["contractM3h", "0"],
    ["contractM3h", "many"],
    ["contractMinutes", "45"],
    ["contractMinutes", "120"],
    ["idleM3h", "-1"],
  ] as const)
    expect(withText(key, text)).toBeUndefined();
  expect(withText("idleM3h", "0")?.thresholds.idleM3h).toBe(0);
  const contract = { ...draft.thresholds, contractM3h: "50", contractM3Day: "40" };
  expect(termsOf({ ...draft, thresholds: contract })).toBeUndefined();
  expect(termsOf({ ...draft, shifts: { 1: "8 to 20" } })).toBeUndefined();
});
