import type { Flow } from "./pure/detectors/flow.ts";
import type { WatchedAccount } from "./watched-meter.ts";

const HOUR_MS = 3_600_000;
/** Meters of one account may be so far apart; what comes later is not added up any more. */
const GATHER_MS = 20 * HOUR_MS;

interface Part {
  litres: number;
  toldMs: number;
  goodMs: number;
}

/** Parts that some meters have told and others not yet, by account: when each begins, its litres, and the time told and good. */
export type AccountPartsImage = readonly (readonly [
  account: string,
  parts: readonly (readonly [startMs: number, litres: number, toldMs: number, goodMs: number])[],
])[];

/**
 * Adds up what the meters of an account tell of the parts of an hour that its contract is measured over. Only what some have told and
 * others not yet is kept, for 20 hours: nothing for an account whose one meter is read as often.
 */
export class AccountParts {
  #byAccount = new Map<string, Map<number, Part>>();

  /** Takes an interval of one meter; the part of the whole account when this completes it and all of it is good, else null. */
  add({ subject, meters, partMs }: WatchedAccount, flow: Flow): Flow | null {
    if (meters === 1 && flow.endMs - flow.startMs === partMs) return flow.isGood ? flow : null;
    const startMs = Math.floor(flow.startMs / partMs) * partMs;
    const parts = this.#byAccount.get(subject.subject) ?? new Map<number, Part>();
    const part = parts.get(startMs) ?? { litres: 0, toldMs: 0, goodMs: 0 };
    part.litres += flow.litres;
    part.toldMs += flow.endMs - flow.startMs;
    if (flow.isGood) part.goodMs += flow.endMs - flow.startMs;
    const isWhole = part.toldMs >= meters * partMs;
    if (isWhole) parts.delete(startMs);
    else parts.set(startMs, part);
    for (const old of parts.keys()) if (old < startMs - GATHER_MS) parts.delete(old);
    if (parts.size === 0) this.#byAccount.delete(subject.subject);
    else this.#byAccount.set(subject.subject, parts);
    const isGood = isWhole && part.goodMs >= meters * partMs;
    return isGood ? { startMs, endMs: startMs + partMs, litres: part.litres, isGood } : null;
  }

  /** Forgets what is gathered of an account. */
  forget({ subject }: WatchedAccount): void {
    this.#byAccount.delete(subject.subject);
  }

  image(): AccountPartsImage {
    return Array.from(this.#byAccount, ([account, parts]) => [
      account,
      Array.from(parts, ([startMs, { litres, toldMs, goodMs }]) => [startMs, litres, toldMs, goodMs] as const),
    ]);
  }

  restore(image: AccountPartsImage): void {
    const entries = image.map(([account, parts]) => {
      const known = parts.map(([startMs, litres, toldMs, goodMs]) => [startMs, { litres, toldMs, goodMs }] as const);
      return [account, new Map(known)] as const;
    });
    this.#byAccount = new Map(entries);
  }
}

/** The part of an hour that a contract is measured over, ms; 0 where whole hours are: 15 minutes where nothing is agreed and all meters are read so often. */
export function contractPartMs(
  { contractM3h, contractMinutes }: WatchedAccount["terms"]["thresholds"],
  longestPeriodMs: number,
): number {
  const partMs = (contractMinutes ?? 15) * 60_000;
  const isRead = longestPeriodMs > 0 && partMs % longestPeriodMs === 0;
  return contractM3h !== null && isRead && partMs < HOUR_MS ? partMs : 0;
}
