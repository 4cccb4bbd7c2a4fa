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
// Class 08 is a lost connection; 57P01 to 57P03 a server that stops or starts, 53 one without disk, memory or a free
// connection, 58 a file that it cannot use, 25006 a standby that answers in the place of the one that may write.
const SERVER_CODES = /^(08...|53...|57P0[1-5]|58...|25006)$/;
const TEXTS =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end/;

/** `error` as StoreUnavailableError when the database is away or cannot work now; any other error as it is. */
export function asStoreError(error: unknown): unknown {
  if (!isConnectionLoss(error)) return error;
  return new StoreUnavailableError(`PostgreSQL cannot be used now: ${(error as Error).message}`, {
    cause: error,
    remedy: "see whether PostgreSQL runs, has room on its disk, and DATABASE_URL names it",
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
