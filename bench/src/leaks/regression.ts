import { readFileSync } from "node:fs";
import type { Figures } from "./score.ts";

/** A figure that was reached, and how much worse it may be before the bench fails. */
interface Reference {
  readonly value: number;
  readonly margin: number;
}
type References = Readonly<Record<string, Partial<Record<keyof Figures, Reference>>>>;

/** Figures where less is better. */
const COSTS: ReadonlySet<string> = new Set(["medianHours", "falseUp", "falseDown"]);

/** What is worse than its reference by more than the margin stated beside it (reference.json), in words. */
export function regressionsOf(track: string, figures: Figures, references: References = readReferences()): string[] {
  const worse: string[] = [];
  for (const [name, reference] of Object.entries(references[track] ?? {})) {
    const { value, margin } = reference;
    const now = figures[name as keyof Figures];
    const loss = COSTS.has(name) ? now - value : value - now;
    if (!(loss <= margin)) worse.push(`${track} ${name}: ${now.toFixed(3)}, was ${value} (margin ${margin})`);
  }
  return worse;
}

function readReferences(): References {
  return JSON.parse(readFileSync(new URL("./reference.json", import.meta.url), "utf8")) as References;
}
