import pg from "pg";

const INT8 = 20;
const NUMERIC = 1700;
const DATE = 1082;

const PARSERS = new Map<number, (text: string) => unknown>([
  [INT8, parseInt8],
  [NUMERIC, Number.parseFloat],
  [DATE, (text) => text],
]);

/**
 * How column values become JavaScript values, in this program only (pg's global parsers stay as they are):
 * `int8` a number, a bigint beyond 2^53; `numeric` a number (prices and volumes for display and ranking, 15 digits);
 * `date` the text `YYYY-MM-DD`, for it has no zone; `timestamptz` a Date; `jsonb` what it holds; `bytea` a Buffer.
 */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    const parser = format === "binary" ? undefined : PARSERS.get(oid);
    return parser ?? pg.types.getTypeParser(oid, format as "text");
  }) as pg.CustomTypesConfig["getTypeParser"],
};

function parseInt8(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
