import { ID_PATTERN } from "@nightflow/domain";
import { z } from "zod";

/** What one cell of a registry file becomes; an empty cell is null, or what `or` says. */
export type CellValue = string | number | boolean | null;

/** How the cells of one column are read; `words` say what is allowed, for faults and for the documentation. */
export interface Column {
  readonly schema: z.ZodType<CellValue, string>;
  readonly words: string;
  readonly description: string;
  readonly isRequired: boolean;
  /** Table whose key the cell names. */
  readonly refersTo?: string;
  /** Column of the database, when it has another name than the column of the file; null when it has none. */
  readonly field?: string | null;
}

type Extra = Partial<Pick<Column, "refersTo" | "field">>;

/** A column whose cell must be filled. */
export function required(cell: Cell, description: string, extra: Extra = {}): Column {
  const schema = z.string().min(1, "is empty").pipe(cell.schema);
  return { schema, words: cell.words, description, isRequired: true, ...extra };
}

/** A column whose cell may be empty or missing; then the value is `or`. */
export function optional(cell: Cell, description: string, extra: Extra & { readonly or?: CellValue } = {}): Column {
  const { or = null, ...rest } = extra;
  const schema = z.union([z.literal("").transform(() => or), cell.schema], { error: `is not ${cell.words}` });
  return { schema, words: cell.words, description, isRequired: false, ...rest };
}

interface Cell {
  readonly schema: z.ZodType<CellValue, string>;
  readonly words: string;
}

const text = (pattern: RegExp, words: string): Cell => ({
  schema: z.string().regex(pattern, `is not ${words}`),
  words,
});

const number = (words: string, isGood: (value: number) => boolean): Cell => ({
  schema: z
    .string()
    .refine((cell) => /^[+-]?\d+(\.\d+)?$/.test(cell) && isGood(Number(cell)), `is not ${words}`)
    .transform(Number),
  words,
});

/** A cell that holds one of some words. */
export function oneOf(options: readonly string[]): Cell {
  const words = `one of ${options.join(", ")}`;
  return { schema: z.string().refine((cell) => options.includes(cell), `is not ${words}`), words };
}

export const anyText = text(/^.{1,500}$/u, "a text of at most 500 characters");
export const code = text(/^[\p{L}\p{N}_.:-]{1,64}$/u, "a code of 1 to 64 letters, digits or _ . : -");
export const id = text(ID_PATTERN, "an id of 1 to 64 characters of A-Z a-z 0-9 _ . : -");
export const currency = text(/^[A-Z]{3}$/, "a currency such as CNY");
export const agentName = text(/^[A-Za-z0-9_.:-]{1,64}\/[A-Za-z0-9_.:-]{1,64}$/, "an agent such as town/agent-1");
export const positive = number("a number above 0, such as 2.5", (value) => value > 0);
export const notNegative = number("a number of 0 or more, such as 3.45", (value) => value >= 0);
export const percent = number("a number from 0 to 100", (value) => value >= 0 && value <= 100);
export const nightDayHours = number("hours from 12 to 36", (value) => value >= 12 && value <= 36);
export const pressure = number("kPa from 0 to 2500", (value) => value >= 0 && value <= 2500);
export const classError = number("a percentage above 0, at most 20", (value) => value > 0 && value <= 20);
export const latitude = number("a latitude from -90 to 90", (value) => Math.abs(value) <= 90);
export const longitude = number("a longitude from -180 to 180", (value) => Math.abs(value) <= 180);
export const wholePositive = number("a whole number above 0", (value) => Number.isInteger(value) && value > 0);
export const wholeNotNegative = number("a whole number of 0 or more", (value) => Number.isInteger(value) && value >= 0);

export const yesNo: Cell = {
  schema: z
    .string()
    .refine((cell) => ["true", "false", "1", "0"].includes(cell), "is not true or false")
    .transform((cell) => cell === "true" || cell === "1"),
  words: "true or false",
};

export const day: Cell = {
  schema: z
    .string()
    .refine((cell) => /^\d{4}-\d\d-\d\d$/.test(cell) && isRealDay(cell), "is not a day such as 2026-01-31"),
  words: "a day such as 2026-01-31",
};

/** A day, or an instant with its offset; days become their midnight in the zone of the row's unit when they are written. */
export const since: Cell = {
  schema: z
    .string()
    .refine(isDayOrInstant, "is not a day such as 2026-01-31, or a time such as 2026-01-31T08:00+08:00")
    .transform((cell) => (cell.length === 10 ? cell : new Date(cell).toISOString())),
  words: "a day such as 2026-01-31, or a time such as 2026-01-31T08:00+08:00",
};

export const zone: Cell = {
  schema: z.string().refine(isZone, "is not a time zone such as Asia/Shanghai"),
  words: "a time zone such as Asia/Shanghai",
};

/** Several ids in one cell, separated by semicolons. */
export const idList = text(/^[A-Za-z0-9_.:-]{1,64}(;[A-Za-z0-9_.:-]{1,64})*$/, "ids separated by ;");
export const twelveFactors = text(/^\d+(\.\d+)?(;\d+(\.\d+)?){11}$/, "twelve numbers separated by ;");
export const signList = text(/^[+-]?1(;[+-]?1)*$/, "1 or -1 for each district, separated by ;");

function isRealDay(cell: string): boolean {
  const at = new Date(`${cell}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(cell);
}

const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/;

function isDayOrInstant(cell: string): boolean {
  if (!isRealDay(cell.slice(0, 10))) return false;
  return cell.length === 10 || (INSTANT.test(cell) && !Number.isNaN(Date.parse(cell)));
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
