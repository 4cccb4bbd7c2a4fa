import type { Health, Trouble } from "./queries.ts";

/** What the line on top says: the platform in one word, with what is wrong. */
export type Verdict =
  | { readonly kind: "good" }
  | { readonly kind: "warning" | "alarm"; readonly worst: Trouble; readonly others: readonly Trouble[] }
  /** The API does not answer: what is shown is as old as `heardAtMs`, and nothing is known of now. */
  | { readonly kind: "unheard"; readonly heardAtMs: number };

/** What is known of the last answer. Instants are of this browser. */
export interface Heard {
  readonly health: Pick<Health, "troubles">;
  readonly heardAtMs: number;
  readonly nowMs: number;
  readonly hasFailed: boolean;
}

/** Figures older than this are not those of now: three looks have been missed. */
export const STALE_MS = 15_000;

/** Whether what is shown is old, and so must not be shown as if it were of now. */
export function isStale({ heardAtMs, nowMs }: Pick<Heard, "heardAtMs" | "nowMs">): boolean {
  return nowMs - heardAtMs > STALE_MS;
}

/** The verdict of the last answer; none at all when it is old, and when the last look was not answered. */
export function verdictOf(heard: Heard): Verdict {
  if (heard.hasFailed || isStale(heard)) return { kind: "unheard", heardAtMs: heard.heardAtMs };
  const [worst, ...others] = heard.health.troubles;
  return worst === undefined ? { kind: "good" } : { kind: worst.level, worst, others };
}
