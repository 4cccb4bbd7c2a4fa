import { describe, expect, test } from "vitest";
import { daysOfCsv, daysOfIcs } from "./calendar-file.ts";

describe("a calendar as CSV", () => {
  test("is read with English or Chinese columns, whatever separates them", () => {
    expect(daysOfCsv('from,to,kind,note\n2026-10-01,2026-10-07,holiday,"Golden Week, all halls"\n').days).toEqual([
      {
        line: 2,
        from: "2026-10-01",
        to: "2026-10-07",
        kind: "shutdown",
        note: "Golden Week, all halls",
        uid: "2026-10-01|2026-10-07|holiday",
      },
    ]);
    const { days, faults } = daysOfCsv("\uFEFF开始;类型\r\n2026-10-10;调休\r\n\r\n");
    expect(faults).toEqual([]);
    expect(days).toMatchObject([{ from: "2026-10-10", to: "2026-10-10", kind: "working" }]);
  });

  test("names each line that cannot be used, and uses the others", () => {
    const text =
      "from,to,kind\n2026-02-30,,shutdown\n2026-03-05,2026-03-01,shutdown\n2026-03-08,,party\n2026-03-09,,work";
    const { days, faults } = daysOfCsv(text);
    expect(faults.map(({ line, code }) => [line, code])).toEqual([
      [2, "date"],
      [3, "order"],
      [4, "kind"],
    ]);
    expect(days).toHaveLength(1);
    expect(daysOfCsv("a,b\n1,2").faults).toEqual([{ line: 1, code: "columns", text: "a,b" }]);
  });
});

describe("a calendar as iCalendar", () => {
  const ics = (...events: string[]) =>
    ["BEGIN:VCALENDAR", ...events.map((event) => `BEGIN:VEVENT\r\n${event}\r\nEND:VEVENT`), "END:VCALENDAR"].join(
      "\r\n",
    );

  test("gives whole days without the day after them, and days of timed events", () => {
    const { days } = daysOfIcs(
      ics(
        "UID:a@plant\r\nDTSTART;VALUE=DATE:20261001\r\nDTEND;VALUE=DATE:20261008\r\nSUMMARY:Golden Week\\, all\r\n  halls",
        "UID:b@plant\r\nDTSTART;TZID=Asia/Shanghai:20261110T080000\r\nDTEND;TZID=Asia/Shanghai:20261111T170000\r\nSUMMARY:检修",
        "UID:c@plant\r\nDTSTART;VALUE=DATE:20261010\r\nSUMMARY:调休上班",
      ),
    );
    expect(days.map(({ from, to, kind, uid }) => [from, to, kind, uid])).toEqual([
      ["2026-10-01", "2026-10-07", "shutdown", "a@plant"],
      ["2026-11-10", "2026-11-11", "shutdown", "b@plant"],
      ["2026-10-10", "2026-10-10", "working", "c@plant"],
    ]);
    expect(days[0]?.note).toBe("Golden Week, all halls");
  });

  test("says which events recur or have no date", () => {
    const { days, faults } = daysOfIcs(ics("DTSTART;VALUE=DATE:20261001\r\nRRULE:FREQ=WEEKLY", "SUMMARY:when?"));
    expect(days).toEqual([]);
    expect(faults.map(({ code }) => code)).toEqual(["recurring", "date"]);
  });
});
