import { HttpError } from "@influxdata/influxdb-client";
import { NightflowError, StoreUnavailableError } from "@nightflow/domain";
import { sqlStateOf } from "../../relational/pg-errors.ts";
import { StoreRefusedError } from "../errors.ts";
import type { RefusalCode } from "./refused-rows.ts";

/** How much of a server's text is kept: a refused write echoes the lines it refuses, up to hundreds of kilobytes. */
const MAX_TEXT = 300;

const UNREACHED: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "EAI_AGAIN"]);
/** SQLSTATE classes 22 (data exception) and 23 (constraint violation). */
const DATA_FAULT = /^2[23]/;

/** InfluxDB did not take some of the lines of a write; those of other lines may be stored (INFLUXDB 1.3). */
export class LinesRefusedError extends NightflowError {
  readonly code = "INFLUX_LINES_REFUSED";
  readonly retriable = false;
  readonly why: RefusalCode;

  constructor(message: string, why: RefusalCode) {
    super(message);
    this.why = why;
  }
}

/** What the server's words say of a line that it refuses. The only place where they are read; unknown ones are kept as they are. */
function whyRefused(body: string): RefusalCode {
  if (/field type conflict/i.test(body)) return "FIELD_TYPE_CONFLICT";
  if (/retention policy/i.test(body)) return "OUTSIDE_RETENTION";
  return "STORE_REFUSED_READING";
}

/** What an answer other than "stored" means, by its status (INFLUXDB section 1). */
export function errorOfStatus(status: number, body: string, what: string): NightflowError {
  const text = `${what}: InfluxDB answered ${status} ${shortened(body)}`;
  if (status === 400 || status === 413 || status === 422) return new LinesRefusedError(text, whyRefused(body));
  const refusal = REFUSALS.get(status);
  if (refusal !== undefined) return new StoreRefusedError(text, { remedy: refusal });
  return new StoreUnavailableError(text, { remedy: remedyOfFailure(body) });
}

const REFUSALS: ReadonlyMap<number, string> = new Map([
  [
    401,
    "the token is unknown: give the right one in influxdb.tokenFile, or make new ones by nightflow influx setup --rotate",
  ],
  [403, "the token is inactive or lacks the right: make new ones by nightflow influx setup --rotate"],
  [404, "check influxdb.org and bucket, and that the token may use it; nightflow influx setup makes what is missing"],
]);

function remedyOfFailure(body: string): string {
  if (/no space left/i.test(body)) return "the disk of InfluxDB is full: make room, then restart it";
  if (/cache-max-memory-size/i.test(body))
    return "InfluxDB's write cache is full: see whether its disk keeps up, or raise storage-cache-max-memory-size";
  if (/timeout/i.test(body)) return "InfluxDB did not finish within its own time; the same lines are sent again";
  return "look at InfluxDB's log and its free disk space";
}

/** Any failure of a call as an error of the store: no answer and a lost connection may be tried again. */
export function asInfluxError(error: unknown, what: string): NightflowError {
  if (error instanceof NightflowError) return error;
  if (error instanceof HttpError) return errorOfStatus(error.statusCode, error.body ?? error.message, what);
  const reason = error instanceof Error ? (causeText(error) ?? error.message) : String(error);
  return new StoreUnavailableError(`${what}: InfluxDB gave no answer (${shortened(reason)})`, {
    cause: error,
    remedy: "see whether InfluxDB runs and influxdb.url names it",
  });
}

/** Whether an error says that no connection to InfluxDB was made, so that it has heard nothing. */
export function isUnreached(error: unknown): boolean {
  const { cause } = (error ?? {}) as { cause?: unknown };
  const causes = cause instanceof AggregateError ? cause.errors : [cause];
  return (
    causes.length > 0 &&
    causes.every((one: unknown) => UNREACHED.has((one as { code?: string } | undefined)?.code ?? ""))
  );
}

/**
 * Throws a refusal of token or bucket as an outage, anything else as it is. After the start such a refusal says nothing
 * about the readings: agents hold them until it is mended, as they do while InfluxDB is away.
 */
export function throwRefusalAsOutage(error: unknown): never {
  if (!(error instanceof StoreRefusedError)) throw error;
  throw new StoreUnavailableError(error.message, { cause: error, ...(error.remedy && { remedy: error.remedy }) });
}

/**
 * Throws what keeps a commit from being made as an outage, so that agents hold their readings: everything but an error
 * that PostgreSQL or this program finds in the data itself. A full disk or a lost deadlock sets no reading aside.
 */
export function throwAsOutage(error: unknown): never {
  if (error instanceof NightflowError) return throwRefusalAsOutage(error);
  if (DATA_FAULT.test(sqlStateOf(error) ?? "")) throw error;
  const message = error instanceof Error ? error.message : String(error);
  throw new StoreUnavailableError(`the commit could not be recorded: ${shortened(message)}`, {
    cause: error,
    remedy: "look at PostgreSQL's log and its free disk space",
  });
}

export function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}

function causeText(error: Error): string | undefined {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : undefined;
}
