import type { ProbedBlock, ProbedDecoding } from "@nightflow/domain";

/** Orders of bytes that have a column of their own. */
export const SHOWN_ORDERS = ["ABCD", "CDAB", "BADC", "DCBA"] as const;
/** Columns of a block: 16 bits, an order each, and whatever is rarer. */
export type DecodingColumn = "narrow" | (typeof SHOWN_ORDERS)[number] | "other";

/** An address of a block with its decodings by column. */
export interface DecodedRow {
  readonly id: string;
  readonly address: number;
  readonly word: string;
  readonly isFitting: boolean;
  readonly columns: ReadonlyMap<DecodingColumn, readonly ProbedDecoding[]>;
}

/** The addresses of a block that show a number, those that fit the dial first. Odd numbers only where they are wanted. */
export function decodedRows(found: ProbedBlock, withOdd: boolean): DecodedRow[] {
  const words = new Map(
    found.runs.flatMap(({ from, words }) => words.split(/\s+/).map((word, at) => [from + at, word] as const)),
  );
  const byAddress = Map.groupBy(found.decodings, ({ address }) => address);
  return [...byAddress]
    .map(([address, decodings]) => rowOf(address, words.get(address) ?? "", decodings, withOdd))
    .filter(({ columns }) => columns.size > 0)
    .toSorted((a, b) => Number(b.isFitting) - Number(a.isFitting) || a.address - b.address);
}

function rowOf(address: number, word: string, all: readonly ProbedDecoding[], withOdd: boolean): DecodedRow {
  const shown = all.filter((one) => one.scale !== undefined || ((withOdd || one.isOdd !== true) && !isTold(one, all)));
  return {
    ...{ id: String(address), address, word },
    isFitting: all.some(({ scale }) => scale !== undefined),
    columns: Map.groupBy(shown, columnOf),
  };
}

/** Zeros say nothing, and a signed number that is the same as the unsigned one is told once. */
function isTold({ type, order, value }: ProbedDecoding, all: readonly ProbedDecoding[]): boolean {
  const isTwin = (other: ProbedDecoding) => other.type === `u${type}` && other.order === order && other.value === value;
  return value === 0 || (type.startsWith("int") && all.some(isTwin));
}

function columnOf({ type, order }: ProbedDecoding): DecodingColumn {
  if (type.endsWith("16")) return "narrow";
  return SHOWN_ORDERS.find((each) => each === order) ?? "other";
}

/** A number as short as it stays itself. */
export function shownNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(9)));
}
