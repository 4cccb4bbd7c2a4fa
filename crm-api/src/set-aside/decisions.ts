import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { NotFoundProblem } from "../http/problems.ts";
import { epochMs } from "../sql/filter.ts";
import type { DecisionRow } from "./wire.ts";

const MOST = 200;

type Row = Omit<z.infer<typeof DecisionRow>, "job"> & {
  readonly job_id: string | null;
  readonly state: "waiting" | "running" | "done" | "dead" | "cancelled";
  readonly progress: number | null;
  readonly last_error: string | null;
};

/** The newest decisions; one, where its id is given. */
export async function listDecisions(sql: Sql, id: string | null = null): Promise<z.infer<typeof DecisionRow>[]> {
  const { rows } = await sql.query<Row & { [column: string]: unknown }>(
    `select d.id, d.kind, d.list, d.filter, d.repair, d.channel, d.reason, ${epochMs("d.decided_at")} as at, d.actor,
       d.outcomes, ${epochMs("d.done_at")} as "doneAt", j.id as job_id,
       case when j.state = 'done' and j.last_error is not null then 'cancelled' else j.state end as state, j.progress, j.last_error
     from set_aside_decision d left join job j on j.id = d.job_id
     where $1::uuid is null or d.id = $1 order by d.decided_at desc, d.id desc limit ${MOST}`,
    [id],
  );
  return rows.map(({ job_id, state, progress, last_error, ...row }) => ({
    ...row,
    job: job_id === null ? null : { id: job_id, state, progress, lastError: last_error },
  }));
}

/** One decision. @throws {NotFoundProblem} */
export async function findDecision(sql: Sql, id: string): Promise<z.infer<typeof DecisionRow>> {
  const [decision] = await listDecisions(sql, id);
  if (decision === undefined) throw new NotFoundProblem("decision", id);
  return decision;
}
