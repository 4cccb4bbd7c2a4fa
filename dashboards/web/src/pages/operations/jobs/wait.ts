/** How long something has waited, in the largest unit of which there is at least one; null when it has not. */
export function waitOf(
  seconds: number,
): { readonly word: "seconds" | "minutes" | "hours"; readonly count: number } | null {
  if (seconds < 1) return null;
  if (seconds < 60) return { word: "seconds", count: Math.floor(seconds) };
  if (seconds < 3600) return { word: "minutes", count: Math.floor(seconds / 60) };
  return { word: "hours", count: Math.floor(seconds / 3600) };
}
