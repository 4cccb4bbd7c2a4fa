import type { Schemas } from "./terms-queries.ts";

export type Shift = Schemas["AccountTerms"]["shifts"][number];

/** Days of the week in the order that people read them, Monday first; 0 is Sunday. */
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 0] as const;
const DAY_MINUTES = 1440;
const SHAPE = /^(\d{1,2}):(\d{2})\s*[-–—至]\s*(\d{1,2}):(\d{2})$/;

/** The shifts of a weekday as `08:00-20:00, 22:00-24:00`. */
export function shiftText(shifts: readonly Shift[], weekday: number): string {
  return shifts
    .filter((shift) => shift.weekday === weekday)
    .toSorted((a, b) => a.fromMinute - b.fromMinute)
    .map(({ fromMinute, toMinute }) => `${clockText(fromMinute)}-${clockText(toMinute)}`)
    .join(", ");
}

/**
 * The shifts that seven texts name, by weekday 0 to 6; one over midnight goes on on the next day. Undefined where one of them cannot
 * be read or two of a day overlap.
 */
export function shiftsOf(texts: Readonly<Record<number, string>>): Shift[] | undefined {
  const shifts: Shift[] = [];
  for (const weekday of WEEKDAYS) {
    const parts = (texts[weekday] ?? "").split(/[,，;；]/).filter((part) => part.trim() !== "");
    for (const part of parts) {
      const read = spansOf(part.trim(), weekday);
      if (read === undefined) return undefined;
      shifts.push(...read);
    }
  }
  const sorted = shifts.toSorted((a, b) => a.weekday - b.weekday || a.fromMinute - b.fromMinute);
  const isApart = sorted.every((shift, at) => {
    const before = sorted[at - 1];
    return before === undefined || before.weekday !== shift.weekday || before.toMinute <= shift.fromMinute;
  });
  return isApart ? sorted : undefined;
}

function spansOf(text: string, weekday: number): Shift[] | undefined {
  const [, fromHour = "", fromRest = "", toHour = "", toRest = ""] = SHAPE.exec(text) ?? [];
  const from = minuteOf(fromHour, fromRest);
  const to = minuteOf(toHour, toRest);
  if (from === undefined || to === undefined || from === to || from === DAY_MINUTES) return undefined;
  if (to > from) return [{ weekday, fromMinute: from, toMinute: to }];
  const evening = { weekday, fromMinute: from, toMinute: DAY_MINUTES };
  return to === 0 ? [evening] : [evening, { weekday: (weekday + 1) % 7, fromMinute: 0, toMinute: to }];
}

function minuteOf(hour: string, rest: string): number | undefined {
  if (hour === "" || Number(rest) > 59) return undefined;
  const minute = 60 * Number(hour) + Number(rest);
  return minute <= DAY_MINUTES ? minute : undefined;
}

function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
