import type { CommissionRead } from "./judge.ts";

/** A read that was ordered and has not come back. */
export interface UnderWay {
  readonly id: string;
  readonly dial: number | null;
}

/** What a page keeps of the reads of a meter while the phone sleeps or the page is loaded anew. */
export interface KeptReads {
  readonly reads: readonly CommissionRead[];
  readonly underWay: UnderWay | null;
}

const NOTHING: KeptReads = { reads: [], underWay: null };
const keyOf = (meter: string) => `nightflow.commission.${meter}`;

/** What is kept of a meter in this window; nothing where there is none. */
export function keptReads(meter: string, storage: Pick<Storage, "getItem">): KeptReads {
  try {
    // Written below, by this page alone.
    return { ...NOTHING, ...(JSON.parse(storage.getItem(keyOf(meter)) ?? "{}") as Partial<KeptReads>) };
  } catch {
    return NOTHING;
  }
}

/** Keeps them until the window is closed. A phone without room for it does without. */
export function keepReads(meter: string, kept: KeptReads, storage: Pick<Storage, "setItem">): void {
  try {
    storage.setItem(keyOf(meter), JSON.stringify(kept));
  } catch {
    // Nothing depends on it but a reload.
  }
}
