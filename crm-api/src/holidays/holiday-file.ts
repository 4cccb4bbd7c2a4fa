import { cellsOf } from "../accounts/calendar-file.ts";
import { type HolidayImport, isSpan } from "./wire.ts";

/** A line of a file that can be used; `id` and `unit` are empty where it names none. */
export interface FileHoliday {
  readonly line: number;
  readonly id: string;
  readonly unit: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly nameZh: string;
  readonly nameEn: string;
}

export type HolidayFault = HolidayImport["faults"][number];

type Column = Exclude<keyof FileHoliday, "line">;

const COLUMNS: Readonly<Record<string, Column>> = {
  id: "id",
  编号: "id",
  unit: "unit",
  单位: "unit",
  first_day: "firstDay",
  from: "firstDay",
  开始: "firstDay",
  last_day: "lastDay",
  to: "lastDay",
  结束: "lastDay",
  name_zh: "nameZh",
  name: "nameZh",
  名称: "nameZh",
  name_en: "nameEn",
  英文名称: "nameEn",
};
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const ID = /^[A-Za-z0-9_.:-]{1,64}$/;

/**
 * Holidays from CSV text: the columns of `holidays.csv` (`id,unit,first_day,last_day,name_zh,name_en`), or 开始,结束,名称,英文名称;
 * comma, semicolon or tab. Day and name are needed: a missing last day is the first, one missing name is the other.
 */
export function holidaysOfCsv(text: string): { readonly rows: FileHoliday[]; readonly faults: HolidayFault[] } {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const header = lines[0] ?? "";
  const separator = /[;\t]/.exec(header)?.[0] ?? ",";
  const columns = cellsOf(header, separator).map((name) => COLUMNS[name.toLowerCase()]);
  if (!columns.includes("firstDay") || !(columns.includes("nameZh") || columns.includes("nameEn")))
    return { rows: [], faults: [{ line: 1, code: "columns", text: header.slice(0, 100) }] };
  const read = lines.slice(1).flatMap((line, at) => {
    if (line.trim() === "") return [];
    const cells = cellsOf(line, separator);
    const row = Object.fromEntries(columns.map((column, i) => [column ?? "", cells[i] ?? ""]));
    return [holidayOrFault(row, at + 2, line)];
  });
  const isFault = (row: FileHoliday | HolidayFault): row is HolidayFault => "code" in row;
  return { rows: read.filter((row): row is FileHoliday => !isFault(row)), faults: read.filter(isFault) };
}

function holidayOrFault(row: Partial<Record<string, string>>, line: number, text: string): FileHoliday | HolidayFault {
  const { id = "", unit = "", firstDay = "", nameZh = "", nameEn = "" } = row;
  const lastDay = row.lastDay === undefined || row.lastDay === "" ? firstDay : row.lastDay;
  const fault = (code: HolidayFault["code"]) => ({ line, code, text: text.slice(0, 100) });
  if (!DATE.test(firstDay) || !DATE.test(lastDay) || !isSpan({ firstDay, lastDay: firstDay })) return fault("date");
  if (!isSpan({ firstDay, lastDay })) return fault("order");
  const names = { nameZh: nameZh || nameEn, nameEn: nameEn || nameZh };
  if (names.nameZh === "" || names.nameZh.length > 500 || names.nameEn.length > 500) return fault("name");
  if (id !== "" && !ID.test(id)) return fault("columns");
  return { line, id, unit, firstDay, lastDay, ...names };
}
