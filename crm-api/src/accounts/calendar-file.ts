import { type CalendarDayKind, CalendarDays } from "@nightflow/domain";
import type { CalendarImport } from "./terms-wire.ts";

/** Days that a calendar file names. `uid` tells the same event in a later file; of CSV rows it is what they say. */
export interface FileDays extends CalendarDays {
  readonly line: number;
  readonly note: string;
  readonly uid: string;
}

export type FileFault = CalendarImport["faults"][number];

/** What a file holds, and what of it cannot be used. */
export interface CalendarFile {
  readonly days: readonly FileDays[];
  readonly faults: readonly FileFault[];
}

const KINDS: Readonly<Record<string, CalendarDayKind>> = {
  shutdown: "shutdown",
  holiday: "shutdown",
  closed: "shutdown",
  停产: "shutdown",
  放假: "shutdown",
  检修: "shutdown",
  working: "working",
  work: "working",
  上班: "working",
  加班: "working",
  调休: "working",
};
const COLUMNS: Readonly<Record<string, "from" | "to" | "kind" | "note">> = {
  from: "from",
  开始: "from",
  to: "to",
  结束: "to",
  kind: "kind",
  类型: "kind",
  note: "note",
  备注: "note",
};
const DAY_MS = 86_400_000;

/**
 * Days from CSV text with the columns `from,to,kind,note` (or 开始,结束,类型,备注), comma, semicolon or tab; `to` and `note` may be
 * left out. Kinds: shutdown, holiday, 停产, 放假; working, 上班, 加班, 调休.
 */
export function daysOfCsv(text: string): CalendarFile {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const separator = /[;\t]/.exec(lines[0] ?? "")?.[0] ?? ",";
  const columns = cellsOf(lines[0] ?? "", separator).map((name) => COLUMNS[name.toLowerCase()]);
  if (!columns.includes("from") || !columns.includes("kind"))
    return { days: [], faults: [{ line: 1, code: "columns", text: (lines[0] ?? "").slice(0, 100) }] };
  const rows = lines.slice(1).flatMap((line, at) => {
    if (line.trim() === "") return [];
    const cells = cellsOf(line, separator);
    const row = Object.fromEntries(columns.map((column, i) => [column ?? "", cells[i] ?? ""]));
    const { from = "", to = "", kind = "", note = "" } = row;
    const last = to === "" ? from : to;
    return [
      dayOrFault({ line: at + 2, from, to: last, kind: kindOf(kind), note, uid: `${from}|${last}|${kind}` }, line),
    ];
  });
  return sorted(rows);
}

/** The cells of a CSV line, without their quotes. */
export function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let [cell, isQuoted] = ["", false];
  for (const char of line) {
    if (char === '"') isQuoted = !isQuoted;
    else if (char === separator && !isQuoted) {
      cells.push(cell.trim());
      cell = "";
    } else cell += char;
  }
  return [...cells, cell.trim()];
}

function kindOf(word: string): CalendarDayKind | undefined {
  return Object.hasOwn(KINDS, word.toLowerCase()) ? KINDS[word.toLowerCase()] : undefined;
}

/**
 * Days from an iCalendar file (RFC 5545): an event of whole days, or the local days that a timed one touches. An event is a shutdown
 * unless its summary or categories say working, 上班, 加班 or 调休. Recurring events are named as faults: list their days.
 */
export function daysOfIcs(text: string): CalendarFile {
  const rows = eventsOf(text).map((event) => {
    const { line, fields } = event;
    const summary = fields.get("SUMMARY") ?? "";
    if (fields.has("RRULE")) return { line, code: "recurring" as const, text: summary.slice(0, 100) };
    const from = dateOf(fields.get("DTSTART") ?? "");
    const to = lastDateOf(fields, from);
    const kind = isWorking(`${summary} ${fields.get("CATEGORIES") ?? ""}`) ? "working" : "shutdown";
    const uid = fields.get("UID") ?? `${from}|${to}|${kind}`;
    return dayOrFault({ line, from, to, kind, note: summary.slice(0, 200), uid: uid.slice(0, 200) }, summary);
  });
  return sorted(rows);
}

function eventsOf(text: string): { readonly line: number; readonly fields: ReadonlyMap<string, string> }[] {
  const events: { line: number; fields: Map<string, string> }[] = [];
  let open: { line: number; fields: Map<string, string> } | undefined;
  // A line that begins with a space goes on with the one before (RFC 5545, 3.1).
  const lines = text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/);
  for (const [at, line] of lines.entries()) {
    if (line === "BEGIN:VEVENT") open = { line: at + 1, fields: new Map() };
    else if (line === "END:VEVENT" && open !== undefined) {
      events.push(open);
      open = undefined;
    } else if (open !== undefined) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).split(";")[0]?.toUpperCase() ?? "";
      if (!open.fields.has(name)) open.fields.set(name, line.slice(colon + 1).replace(/\\([,;\\])/g, "$1"));
    }
  }
  return events;
}

function dateOf(value: string): string {
  return /^\d{8}/.test(value) ? `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}` : value;
}

/** DTEND is the first day after an event of whole days. */
function lastDateOf(fields: ReadonlyMap<string, string>, from: string): string {
  const end = fields.get("DTEND");
  if (end === undefined) return from;
  const isWholeDays = /^\d{8}$/.test(end);
  const isMidnight = /T000000Z?$/.test(end);
  if (!isWholeDays && !isMidnight) return dateOf(end);
  const dayMs = Date.parse(`${dateOf(end)}T00:00:00Z`) - DAY_MS;
  const last = Number.isNaN(dayMs) ? dateOf(end) : new Date(dayMs).toISOString().slice(0, 10);
  return last < from ? from : last;
}

function isWorking(words: string): boolean {
  return /working|上班|加班|调休/i.test(words);
}

interface Candidate {
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly kind: CalendarDayKind | undefined;
  readonly note: string;
  readonly uid: string;
}

function dayOrFault({ kind, ...days }: Candidate, text: string): FileDays | FileFault {
  const fault = (code: FileFault["code"]) => ({ line: days.line, code, text: text.slice(0, 100) });
  if (kind === undefined) return fault("kind");
  if (days.to < days.from) return fault("order");
  const { from, to } = days;
  return CalendarDays.safeParse({ from, to, kind }).success ? { ...days, kind } : fault("date");
}

function sorted(rows: readonly (FileDays | FileFault)[]): CalendarFile {
  const isFault = (row: FileDays | FileFault): row is FileFault => "code" in row;
  return { days: rows.filter((row): row is FileDays => !isFault(row)), faults: rows.filter(isFault) };
}
