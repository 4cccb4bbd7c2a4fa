import type { Curve } from "@nightflow/storage/pure";
import { note, type VeeNote } from "./note.ts";

/**
 * Slips: a single reading that the next one disproves. Below the one before it while the next is not: a digit was misread, or a bit lost. Above
 * the next one, which is not below the one before: a leap that was none. Intervals leave both out; here people are told. Null case: the
 * first and the last reading, and missing ones; a register that stays low is a new one (`negative`, `rollover`).
 *
 * @see LEAKS 4, negative / reverse, spike; `IntervalMachine`
 */
export function checkSlips(curve: Curve): VeeNote[] {
  const known: number[] = [];
  for (let i = 0; i < curve.length; i++) if (curve.qualities[i] !== 2) known.push(i);
  return known.flatMap((at, no) => {
    const [before, next] = [known[no - 1], known[no + 1]];
    if (before === undefined || next === undefined) return [];
    const [from, here, to] = [countsAt(curve, before), countsAt(curve, at), countsAt(curve, next)];
    if (to < from || (here >= from && here <= to)) return [];
    return [here < from ? lowNote(curve, at, here - from) : highNote(curve, at, here - to)];
  });
}

function countsAt(curve: Curve, at: number): bigint {
  return curve.counts[at] ?? 0n;
}

function lowNote(curve: Curve, at: number, by: bigint): VeeNote {
  const atMs = curve.readAtMs[at] ?? 0;
  return note(
    "negative",
    "warn",
    "negative",
    [atMs, atMs],
    { counts: Number(by) },
    { zh: "单个读数低于前后读数：不采用", en: "one reading below those around it: left out" },
  );
}

function highNote(curve: Curve, at: number, by: bigint): VeeNote {
  const atMs = curve.readAtMs[at] ?? 0;
  return note(
    "spike",
    "warn",
    "spike",
    [atMs, atMs],
    { counts: Number(by) },
    { zh: "单个读数高于其后的读数：不采用", en: "one reading above the one after it: left out" },
  );
}
