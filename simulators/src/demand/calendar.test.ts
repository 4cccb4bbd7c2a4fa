import { expect, test } from "vitest";
import { DAY_MS, SLOT_MS, TownCalendar } from "./calendar.ts";

test("a slot knows its quarter hour, day and weekday on the town's clock", () => {
  const calendar = new TownCalendar("Asia/Shanghai");
  // 2026-06-01 17:30 UTC is Tuesday 2026-06-02 01:30 in Shanghai.
  const slot = calendar.slotAt(Date.UTC(2026, 5, 1, 17, 30));
  expect(slot.slotOfDay).toBe(6);
  expect(slot.weekday).toBe(2);
  expect(slot.localDay).toBe(Date.UTC(2026, 5, 2) / DAY_MS);
});

test("the day that the clock goes back has its hour twice, and every slot still has a place", () => {
  const calendar = new TownCalendar("Europe/Berlin");
  const slots = calendar.slotsOf(Date.UTC(2026, 9, 25) / DAY_MS);
  const twoToThree = slots.filter((slot) => slot.slotOfDay >= 8 && slot.slotOfDay < 12);
  expect(twoToThree.length).toBe(8);
  expect(slots.map((slot) => slot.slot * SLOT_MS)).toEqual(slots.map((_, i) => Date.UTC(2026, 9, 25) + i * SLOT_MS));
});
