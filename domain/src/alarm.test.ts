import { expect, test } from "vitest";
import { type AlarmFacts, alarmStateAt } from "./alarm.ts";

const NOW = Date.UTC(2026, 9, 21);
const FRESH: AlarmFacts = { isActive: true, isAcknowledged: false, shelvedUntilMs: null, plannedWork: null };

test("an alarm is active or cleared, acknowledged or not", () => {
  expect(alarmStateAt(FRESH, NOW)).toBe("active_unack");
  expect(alarmStateAt({ ...FRESH, isAcknowledged: true }, NOW)).toBe("active_ack");
  expect(alarmStateAt({ ...FRESH, isActive: false }, NOW)).toBe("cleared_unack");
  expect(alarmStateAt({ ...FRESH, isActive: false, isAcknowledged: true }, NOW)).toBe("cleared_ack");
});

test("a shelved alarm is back the moment its time is over", () => {
  expect(alarmStateAt({ ...FRESH, shelvedUntilMs: NOW + 1 }, NOW)).toBe("shelved");
  expect(alarmStateAt({ ...FRESH, shelvedUntilMs: NOW }, NOW)).toBe("active_unack");
});

test("planned work comes before everything else", () => {
  const shelved = { ...FRESH, shelvedUntilMs: NOW + 1 };
  expect(alarmStateAt({ ...shelved, plannedWork: "works" }, NOW)).toBe("suppressed");
  expect(alarmStateAt({ ...shelved, plannedWork: "out_of_service" }, NOW)).toBe("out_of_service");
});
