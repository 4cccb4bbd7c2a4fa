/** The one of some names that a mistyped one was most likely meant to be; undefined where none is near. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const limit = written.length < 3 ? 0 : Math.max(1, Math.floor(written.length / 3));
  const [best] = names
    .map((name) => ({ name, distance: distanceOf(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= limit || isBegun(written, name))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** `period` for `periodS`: the unit was left out, or put on. */
function isBegun(written: string, name: string): boolean {
  const [short = "", long = ""] = [written.toLowerCase(), name.toLowerCase()].sort((a, b) => a.length - b.length);
  return short.length >= 3 && long.startsWith(short);
}

/** Letters to change, add, leave out or swap with the next (optimal string alignment). */
function distanceOf(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  const known = (row: number, at: number) => rows[row]?.[at] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= a.length; row++) {
    rows.push([row]);
    for (let at = 1; at <= b.length; at++) {
      const change = known(row - 1, at - 1) + (a[row - 1] === b[at - 1] ? 0 : 1);
      const isSwapped = a[row - 1] === b[at - 2] && a[row - 2] === b[at - 1];
      const swap = isSwapped ? known(row - 2, at - 2) + 1 : Number.POSITIVE_INFINITY;
      rows[row]?.push(Math.min(change, swap, known(row - 1, at) + 1, known(row, at - 1) + 1));
    }
  }
  return known(a.length, b.length);
}
