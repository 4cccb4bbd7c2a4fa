import type { DuckDBMaterializedResult } from "@duckdb/node-api";
import { type Cells, type Pieces, placeRuns } from "./period-runs.ts";
import type { PeriodList } from "./periods.ts";
import { blankLike, chunksOf, type NumericItems, takeColumns } from "./vectors.ts";

/** A cell for each row (period in the even places, channel in the odd ones), and its figures. */
interface TakenRows {
  readonly cells: Int32Array;
  readonly isCorrection: boolean;
  readonly figures: readonly NumericItems[];
}

/** Rows in order: by place in the answer, then by period. */
export interface PlacedRows {
  readonly length: number;
  readonly channelNos: Int32Array;
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  readonly figures: readonly NumericItems[];
}

/** SQL of the first column of what `PeriodRows` take: the channel and the number of the period in one. */
export function cellSql(channelNo: string, periodNo: string): string {
  return `(${channelNo}::BIGINT << 32) + ${periodNo}`;
}

/**
 * Rows of channels and periods as queries give them, in any order. Of two rows of one channel and period the one taken
 * later holds; a correction is added to what is counted there, and stands alone where nothing is.
 */
export class PeriodRows {
  readonly #blanks: readonly ((length: number) => NumericItems)[];
  #taken: TakenRows[] = [];

  /** `blanks` make an array for each figure, of the type that its column has in SQL. Counters are Uint32Array. */
  constructor(blanks: readonly ((length: number) => NumericItems)[]) {
    this.#blanks = blanks;
  }

  async take(result: DuckDBMaterializedResult, isCorrection = false): Promise<void> {
    const length = result.rowCount;
    const cells = new BigInt64Array(length);
    const figures = this.#blanks.map((blank) => blank(length));
    let at = 0;
    for await (const chunk of chunksOf(result)) at = takeColumns(chunk, at, [cells, ...figures]);
    this.#taken.push({ cells: new Int32Array(cells.buffer), figures, isCorrection });
  }

  /** Gives all rows away, but for those of channels whose number has no place. */
  placed(placeOf: Int32Array, periods: PeriodList): PlacedRows {
    const taken = this.#taken;
    this.#taken = [];
    const items = joined(taken.map(({ cells }) => cells)) as Int32Array;
    const cells: Cells = { items, placeOf, isCorrection: correctionsOf(taken) };
    const { pieces, corrections, length } = placeRuns(cells, periods.length);
    const bounds = boundsOf(cells, pieces, periods);
    const figures = this.#blanks.map((blank, no) => {
      const column = joined(taken.map(({ figures: found }) => found[no] ?? blank(0)));
      if (column instanceof Uint32Array)
        for (const [row, correction] of corrections) column[row] = (column[row] ?? 0) + (column[correction] ?? 0);
      return pieces.copy(column, length);
    });
    return { length, ...bounds, figures };
  }
}

function boundsOf({ items, placeOf }: Cells, pieces: Pieces, periods: PeriodList) {
  const { fromMs: begins, toMs: ends } = periods;
  const channelNos = new Int32Array(pieces.rows);
  const [fromMs, toMs] = [new Float64Array(pieces.rows), new Float64Array(pieces.rows)];
  let at = 0;
  for (const [row, rows] of pieces.all()) {
    channelNos.fill(placeOf[items[2 * row + 1] ?? 0] ?? 0, at, at + rows);
    for (let i = row; i < row + rows; i++, at++) {
      const period = items[2 * i] ?? 0;
      fromMs[at] = begins[period] ?? 0;
      toMs[at] = ends[period] ?? 0;
    }
  }
  return { channelNos, fromMs, toMs };
}

/** Whether a row, by its number among all taken, is a correction. */
function correctionsOf(taken: readonly TakenRows[]): (row: number) => boolean {
  let end = 0;
  const ranges = taken.flatMap(({ cells, isCorrection }) => {
    const from = end;
    end += cells.length / 2;
    return isCorrection ? [{ from, to: end }] : [];
  });
  return (row) => ranges.some(({ from, to }) => row >= from && row < to);
}

function joined(parts: readonly NumericItems[]): NumericItems {
  const [first] = parts;
  if (first === undefined) return new Int32Array();
  if (parts.length === 1) return first;
  const whole = blankLike(
    first,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    (whole as Float64Array).set(part as Float64Array, at);
    at += part.length;
  }
  return whole;
}
