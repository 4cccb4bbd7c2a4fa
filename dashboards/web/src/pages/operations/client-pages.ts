/** Rows of a page of a list that the server gives whole. */
export const PAGE_ROWS = 50;

/** A page of rows, by its number from 1; a page that is not there is the last one. */
export function pageOf<Row>(
  rows: readonly Row[],
  page: number,
): { readonly rows: readonly Row[]; readonly page: number } {
  const last = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const shown = Math.min(Math.max(page, 1), last);
  return { rows: rows.slice((shown - 1) * PAGE_ROWS, shown * PAGE_ROWS), page: shown };
}

/** The rows that have a text in one of their words, in whatever case. */
export function rowsWith<Row>(
  rows: readonly Row[],
  text: string | undefined,
  wordsOf: (row: Row) => readonly string[],
): readonly Row[] {
  const wanted = text?.toLowerCase();
  if (wanted === undefined) return rows;
  return rows.filter((row) => wordsOf(row).some((word) => word.toLowerCase().includes(wanted)));
}
