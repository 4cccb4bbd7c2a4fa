import { expect, test } from "vitest";
import { evidenceOf } from "./evidence.ts";

test("a finding whose evidence was not kept still shows what its row says", () => {
  const row = { rule: "NO_USE", starts_at: 1, opened_at: 2, lost_m3: null, evidence: {} } as const;
  expect(evidenceOf(row)).toMatchObject({
    startAt: 1,
    knowableAt: 2,
    floorM3h: null,
    reason: { zh: "零流量", en: "No use" },
  });
});
