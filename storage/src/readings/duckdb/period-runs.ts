import { blankLike, type NumericItems } from "./vectors.ts";

/** Cells of rows: period in the even places, number of the channel in the odd ones. */
export interface Cells {
  readonly items: Int32Array;
  /** Place of a channel by its number; -1 leaves its rows out. */
  readonly placeOf: Int32Array;
  readonly isCorrection: (row: number) => boolean;
}

/** Stretches of rows in the order in which they are to lie. */
export class Pieces {
  #items = new Int32Array(1024);
  #end = 0;
  /** Rows in all pieces. */
  rows = 0;

  add(row: number, rows: number): void {
    if (this.#end + 2 > this.#items.length) {
      const larger = new Int32Array(2 * this.#items.length);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#end] = row;
    this.#items[this.#end + 1] = rows;
    this.#end += 2;
    this.rows += rows;
  }

  /** First row and number of rows of each. */
  *all(): Generator<readonly [row: number, rows: number]> {
    for (let at = 0; at < this.#end; at += 2) yield [this.#items[at] ?? 0, this.#items[at + 1] ?? 0];
  }

  copy(column: NumericItems, length: number): NumericItems {
    const copied = blankLike(column, length);
    let at = 0;
    for (const [row, rows] of this.all()) {
      if (rows === 1) copied[at] = column[row] ?? 0;
      else (copied as Float64Array).set((column as Float64Array).subarray(row, row + rows), at);
      at += rows;
    }
    return copied;
  }
}

/** Where rows go: pieces in order, and counters to be added to others, as [row, correction]. */
export interface Placing {
  readonly pieces: Pieces;
  readonly corrections: readonly (readonly [row: number, correction: number])[];
  readonly length: number;
}

interface Run {
  readonly row: number;
  readonly rows: number;
}

/**
 * The order of rows by place and period. Rows come as runs of one channel with rising periods, some of them thousands
 * long, so whole runs are moved where they do not overlap.
 */
export function placeRuns(cells: Cells, periodCount: number): Placing {
  const pieces = new Pieces();
  const corrections: [number, number][] = [];
  const slots = new Int32Array(periodCount).fill(-1);
  for (const runs of runsByPlace(cells)) {
    if (runs === undefined) continue;
    if (areApart(cells.items, runs)) for (const { row, rows } of runs) pieces.add(row, rows);
    else interleave(cells, runs, { slots, pieces, corrections });
  }
  return { pieces, corrections, length: pieces.rows };
}

function runsByPlace({ items, placeOf }: Cells): (Run[] | undefined)[] {
  const byPlace: (Run[] | undefined)[] = [];
  const length = items.length / 2;
  for (let row = 0; row < length; ) {
    const from = row;
    const channelNo = items[2 * row + 1] ?? -1;
    do row++;
    while (row < length && items[2 * row + 1] === channelNo && (items[2 * row] ?? 0) > (items[2 * row - 2] ?? 0));
    const place = placeOf[channelNo] ?? -1;
    if (place < 0) continue;
    const run = { row: from, rows: row - from };
    const there = byPlace[place];
    if (there === undefined) byPlace[place] = [run];
    else there.push(run);
  }
  return byPlace;
}

function areApart(items: Int32Array, runs: readonly Run[]): boolean {
  for (let no = 1; no < runs.length; no++) {
    const [before, run] = [runs[no - 1], runs[no]];
    if (before === undefined || run === undefined) return false;
    const lastPeriod = items[2 * (before.row + before.rows - 1)] ?? 0;
    if ((items[2 * run.row] ?? 0) <= lastPeriod) return false;
  }
  return true;
}

function interleave(
  { items, isCorrection }: Cells,
  runs: readonly Run[],
  { slots, pieces, corrections }: { slots: Int32Array; pieces: Pieces; corrections: [number, number][] },
): void {
  let [low, high] = [slots.length, -1];
  for (const { row: from, rows } of runs)
    for (let row = from; row < from + rows; row++) {
      const period = items[2 * row] ?? 0;
      const there = slots[period] ?? -1;
      if (there >= 0 && isCorrection(row)) corrections.push([there, row]);
      else slots[period] = row;
      if (period < low) low = period;
      if (period > high) high = period;
    }
  takeSlots(slots, low, high, pieces);
}

// Neighbours in the answer that were neighbours before are one piece.
function takeSlots(slots: Int32Array, low: number, high: number, pieces: Pieces): void {
  let from = -1;
  let rows = 0;
  for (let period = low; period <= high; period++) {
    const row = slots[period] ?? -1;
    if (row < 0) continue;
    slots[period] = -1;
    if (rows > 0 && row === from + rows) {
      rows++;
      continue;
    }
    if (rows > 0) pieces.add(from, rows);
    [from, rows] = [row, 1];
  }
  if (rows > 0) pieces.add(from, rows);
}
