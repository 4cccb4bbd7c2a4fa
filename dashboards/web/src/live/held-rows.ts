/** A row that has an identity. */
export interface Identified {
  readonly id: string;
}

/**
 * What a list shows when fresh rows have come while somebody reads it: the rows he sees keep their places and take their
 * new values, rows that ended go, and new ones wait.
 */
export function holdBack<Row extends Identified>(
  shownIds: readonly string[],
  fresh: readonly Row[],
): { readonly rows: readonly Row[]; readonly waiting: number } {
  const byId = new Map(fresh.map((row) => [row.id, row]));
  const rows = shownIds.flatMap((id) => byId.get(id) ?? []);
  return { rows, waiting: fresh.length - rows.length };
}
