import { StoreUnavailableError } from "@nightflow/domain";

const SOCKET_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "EAI_AGAIN",
]);
// Class 08 is a lost connection; 57P01 to 57P03 a server that stops or starts, 53300 one without a free connection.
const SERVER_CODES = /^(08...|57P0[1-5]|53300)$/;
const TEXTS =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end/;

/** `error` as StoreUnavailableError when the database could not be reached or went away; any other error as it is. */
export function asStoreError(error: unknown): unknown {
  if (!isConnectionLoss(error)) return error;
  return new StoreUnavailableError(`PostgreSQL cannot be reached: ${(error as Error).message}`, {
    cause: error,
    remedy: "see whether PostgreSQL runs and DATABASE_URL names it",
  });
}

function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: string };
  if (code !== undefined && (SOCKET_CODES.has(code) || SERVER_CODES.test(code))) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnectionLoss);
  // pg gives no code for a connection that ended while a query was under way.
  return code === undefined && TEXTS.test(error.message);
}

/** The SQLSTATE of an error of PostgreSQL, for example `23505` for a broken unique index; undefined for other errors. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
