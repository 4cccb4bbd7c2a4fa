import { numberEnrolmentChange, type Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { type AgentName, type EnrolmentContext, keyOfRequest } from "./desk.ts";
import { noteEnrolment } from "./note.ts";
import { admitAgent, issueCertificate, revokeCertificates } from "./state.ts";

interface WaitingRow {
  readonly id: string;
  readonly site: string;
  readonly agent: string;
  readonly request: string | null;
  readonly proof: string;
  readonly verdict: string | null;
}

/**
 * Approves a held request: signs its certificate, or lets the certificate of another authority in.
 *
 * @throws {NotFoundProblem} when there is none of this id.
 * @throws {ConflictProblem} when somebody has decided already.
 */
export async function approveRequest(
  context: EnrolmentContext,
  actor: Principal,
  id: string,
  reason?: string,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const changeNo = await numberEnrolmentChange(tx);
    const held = await waiting(tx, id);
    const { request } = held;
    const serial = request === null ? null : await certify(tx, context, held, request, changeNo);
    await decide(tx, { id, verdict: "approved", by: actor.login, reason: reason ?? null, serial, changeNo });
    await admitAgent(tx, held, { how: serial === null ? "chain" : "approval", by: actor.login, changeNo });
    if (serial !== null) {
      const revocation = { by: actor.login, reason: "replaced", changeNo, exceptSerial: serial };
      await revokeCertificates(tx, held, revocation);
    }
    const after = { request: id, fingerprint: held.proof, serial };
    await noteEnrolment(tx, context, actor, { action: "enrolment.approve", who: held, after, reason });
  });
}

/** Rejects a held request. @throws {NotFoundProblem} @throws {ConflictProblem} as `approveRequest`. */
export async function rejectRequest(
  context: EnrolmentContext,
  actor: Principal,
  id: string,
  reason: string,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const changeNo = await numberEnrolmentChange(tx);
    const held = await waiting(tx, id);
    await decide(tx, { id, verdict: "rejected", by: actor.login, reason, serial: null, changeNo });
    const after = { request: id, fingerprint: held.proof };
    await noteEnrolment(tx, context, actor, { action: "enrolment.reject", who: held, after, reason });
  });
}

/**
 * Puts an agent out: its connections end when the brokers hear of it, its certificates and the tokens by its name are
 * worthless, and it stays out whatever it shows until it enrols anew. Once more is as good as once.
 *
 * @throws {NotFoundProblem} when no agent of this name was ever seen.
 */
export async function revokeAgent(
  context: EnrolmentContext,
  actor: Principal,
  who: AgentName,
  reason: string,
): Promise<void> {
  const { site, agent } = who;
  await context.db.transaction(async (tx) => {
    const changeNo = await numberEnrolmentChange(tx);
    if (!(await wasEverSeen(tx, who))) throw new NotFoundProblem("agent", `${site}/${agent}`);
    await tx.query(
      `insert into enrolled_agent (site, agent, how, joined_by, revoked_at, revoked_by, revoked_reason, change_no)
       values ($1, $2, 'none', 'password', now(), $3, $4, $5)
       on conflict (site, agent) do update set revoked_at = now(), revoked_by = $3, revoked_reason = $4, change_no = $5`,
      [site, agent, actor.login, reason, changeNo],
    );
    const certificates = await revokeCertificates(tx, who, { by: actor.login, reason, changeNo });
    await tx.query(
      `update enrolment_token set withdrawn_at = now(), withdrawn_by = $3
        where site = $1 and agent = $2 and withdrawn_at is null`,
      [site, agent, actor.login],
    );
    await noteEnrolment(tx, context, actor, { action: "enrolment.revoke", who, after: { certificates }, reason });
  });
}

async function certify(tx: Sql, context: EnrolmentContext, held: WaitingRow, request: string, changeNo: number) {
  const key = await keyOfRequest(context.desk, request);
  const issued = await issueCertificate(tx, context, held, { key, why: "approval", changeNo });
  return issued.serial;
}

async function waiting(tx: Sql, id: string): Promise<WaitingRow> {
  const { rows } = await tx.query<WaitingRow>(
    "select id, site, agent, request, proof, verdict from enrolment_request where id = $1 for update",
    [id],
  );
  const held = rows[0];
  if (held === undefined) throw new NotFoundProblem("request", id);
  if (held.verdict === null) return held;
  throw new ConflictProblem("REQUEST_DECIDED", `the request was ${held.verdict} already`, {
    details: { verdict: held.verdict },
  });
}

interface Decision {
  readonly id: string;
  readonly verdict: "approved" | "rejected";
  readonly by: string;
  readonly reason: string | null;
  readonly serial: string | null;
  readonly changeNo: number;
}

async function decide(tx: Sql, { id, verdict, by, reason, serial, changeNo }: Decision): Promise<void> {
  await tx.query(
    `update enrolment_request set verdict = $2, decided_at = now(), decided_by = $3, reason = $4,
       certificate_serial = $5, change_no = $6 where id = $1`,
    [id, verdict, by, reason, serial, changeNo],
  );
}

async function wasEverSeen(tx: Sql, { site, agent }: AgentName): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select 1 from enrolled_agent where site = $1 and agent = $2
     union all select 1 from agent where site = $1 and id = $2`,
    [site, agent],
  );
  return (rowCount ?? 0) > 0;
}
