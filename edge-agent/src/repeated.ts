/** The items that are there more than once, each once. */
export function repeated<Item>(items: readonly Item[]): Item[] {
  const seen = new Set<Item>();
  const twice = new Set<Item>();
  for (const item of items) (seen.has(item) ? twice : seen).add(item);
  return [...twice];
}
