import { hostname } from "node:os";
import { describeError, type ProcessPart } from "@nightflow/domain";
import { endProcessReport, keepProcessReport, type Sql } from "@nightflow/storage";
import type { Logger } from "pino";
import { beat } from "../beat.ts";
import type { OperatePart } from "../part.ts";
import { within } from "../within.ts";

/** What reporting needs. */
export interface ReporterDeps {
  readonly sql: Sql;
  readonly part: Pick<OperatePart, "name" | "report">;
  readonly site: string;
  readonly everyS: number;
  readonly logger: Logger;
}

const GOODBYE_MS = 1000;

/** One name for a part of this process. */
export function processName(part: ProcessPart): string {
  return `${hostname()}:${process.pid}:${part}`;
}

/**
 * Writes what a part says of itself to PostgreSQL, from its own thread: when that thread stands still, the row gets old,
 * and others notice. While PostgreSQL is away nothing is written and nothing fails. Gives what ends it with a good-bye.
 */
export function startReporter({ sql, part, site, everyS, logger }: ReporterDeps): () => Promise<void> {
  const from = { process: processName(part.name), site, everyS };
  const stop = beat(everyS * 1000, async () => {
    try {
      await keepProcessReport(sql, from, await part.report());
    } catch (error) {
      logger.debug({ reason: describeError(error) }, "no sign of life could be written");
    }
  });
  return async () => {
    await within(GOODBYE_MS, stop()).catch(() => undefined);
    await within(GOODBYE_MS, endProcessReport(sql, from.process)).catch(() => undefined);
  };
}
