import type { Flag, VeeRule, VeeVerdict } from "@nightflow/domain";

/** What a validation rule found in [fromMs, toMs), or at one instant where both are equal. */
export interface VeeNote {
  readonly rule: VeeRule;
  readonly verdict: VeeVerdict;
  readonly flag: Flag;
  readonly fromMs: number;
  readonly toMs: number;
  /** Figures behind it, by name; counts are the register's, shares 0 to 1. */
  readonly figures: Readonly<Record<string, number>>;
  readonly reason: { readonly zh: string; readonly en: string };
}

/** A note as a rule makes it. */
export function note(
  rule: VeeRule,
  verdict: VeeVerdict,
  flag: Flag,
  span: readonly [fromMs: number, toMs: number],
  figures: Readonly<Record<string, number>>,
  reason: VeeNote["reason"],
): VeeNote {
  return { rule, verdict, flag, fromMs: span[0], toMs: span[1], figures, reason };
}
