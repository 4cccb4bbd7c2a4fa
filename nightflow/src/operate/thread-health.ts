import type { MessagePort } from "node:worker_threads";
import type { HeadEndHealth } from "@nightflow/crm-api";
import type { ProcessPart } from "@nightflow/domain";
import { processReports, type Sql, type StoredProcessReport } from "@nightflow/storage";
import type { OperatePart } from "./part.ts";
import { remotePart } from "./remote-part.ts";
import { processName } from "./signs/reporter.ts";
import { within } from "./within.ts";

const PATIENCE_MS = 1500;

/**
 * How the processes fare, for the operator's page: the threads of this process are asked for it as it is now, all others
 * are known by what they have written to the database. A thread that does not answer stays with what it wrote last.
 */
export class ThreadHealth implements HeadEndHealth {
  readonly #sql: Sql;
  readonly #parts: OperatePart[] = [];

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Looks at one more thread, over a port of its own. */
  lookAt(part: ProcessPart, port: MessagePort): void {
    this.#parts.push(remotePart(part, port));
  }

  async reports(): Promise<readonly StoredProcessReport[]> {
    const [written, live] = await Promise.all([
      processReports(this.#sql),
      Promise.all(this.#parts.map((part) => within(PATIENCE_MS, part.report()).catch(() => undefined))),
    ]);
    const byProcess = new Map(
      live.flatMap((report) => (report === undefined ? [] : [[processName(report.part), report]])),
    );
    return written.map((row) => {
      const report = byProcess.get(row.process);
      return report === undefined ? row : { ...row, report, ageS: 0, seenAt: Date.now() };
    });
  }
}
