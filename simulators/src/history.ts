import type { Fault } from "./faults/fault.ts";
import { FaultBook } from "./faults/fault-book.ts";
import { isCounting, type Town, type TownMeter, totalRegisterOf } from "./town/town.ts";
import { TownRegisters } from "./town/town-registers.ts";

/** One row of the town's past: a consumption register on its meter's grid. */
export interface HistoryRow {
  readonly meter: string;
  readonly register: "forward_total" | "vb_total";
  readonly readAtMs: number;
  readonly counts: number;
}

/**
 * The consumption registers of all meters over [fromMs, toMs), each on the UTC grid of its period, in order of
 * time: what the head-end would have collected. The served registers go on from the same numbers.
 *
 * @throws {RangeError} when `fromMs` is before the town's history.
 */
export function* townHistory(
  town: Town,
  span: { readonly fromMs: number; readonly toMs: number; readonly faults?: readonly Fault[] },
): Generator<HistoryRow> {
  const registers = new TownRegisters(town, new FaultBook(span.faults ?? []));
  const rows = town.meters
    .filter(isCounting)
    .map((meter) => ({ meter, register: totalNameOf(meter), periodMs: meter.periodS * 1000 }));
  const stepMs = Math.min(...rows.map((row) => row.periodMs));
  for (let atMs = Math.ceil(span.fromMs / stepMs) * stepMs; atMs < span.toMs; atMs += stepMs)
    for (const { meter, register, periodMs } of rows)
      if (atMs % periodMs === 0)
        yield { meter: meter.id, register, readAtMs: atMs, counts: registers.registerAt(meter.id, register, atMs) };
}

function totalNameOf(meter: TownMeter): HistoryRow["register"] {
  return totalRegisterOf(meter).quantity === "vb_total" ? "vb_total" : "forward_total";
}
