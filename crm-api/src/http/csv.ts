/** One cell of a CSV file. */
export type CsvCell = string | number | null;

const BOM = "\uFEFF";

/** Rows as CSV: UTF-8 with a byte order mark (so that spreadsheets read Chinese), CRLF, a header line. */
export function toCsv(header: readonly string[], rows: Iterable<readonly CsvCell[]>): string {
  const lines = [header.map(csvCell).join(",")];
  for (const row of rows) lines.push(row.map(csvCell).join(","));
  return `${BOM}${lines.join("\r\n")}\r\n`;
}

// A spreadsheet runs a cell that starts with one of these as a formula; a leading quote makes it text.
const FORMULA_START = /^[=+\-@\t\r]/;

/** A cell, quoted where it must be; null is an empty cell. */
export function csvCell(cell: CsvCell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = FORMULA_START.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
