import { AgentId, newId, SiteId } from "@nightflow/domain";
import { appendAudit } from "./audit.ts";
import { takeNumber } from "./counters.ts";
import type { Database, Sql } from "./database.ts";

/** NOTIFY channel that says: agents have joined, renewed or been revoked, read the changes. */
export const ENROLMENT_CHANNEL = "enrolment";

const COUNTER = "enrolment";

/** What a broker has to know of an agent, a certificate or a rejected request, as it stands after a change. */
export type EnrolmentChange =
  | (Who & { readonly kind: "agent"; readonly no: number; readonly how: string; readonly isRevoked: boolean })
  | (Who & {
      readonly kind: "certificate";
      readonly no: number;
      readonly serial: string;
      readonly fingerprint: string;
      /** Epoch ms. */
      readonly expiresAt: number;
      readonly isRevoked: boolean;
    })
  | { readonly kind: "rejected"; readonly no: number; readonly fingerprint: string };

interface Who {
  readonly site: SiteId;
  readonly agent: AgentId;
}

/** An agent with a good certificate of another authority that nobody had announced. */
export interface NewStranger {
  readonly site: string;
  readonly agent: string;
  /** SHA-256 of the certificate, hexadecimal. */
  readonly fingerprint: string;
  readonly becomes: "held" | "admitted";
}

/**
 * The number of a change of enrolment; every change takes one first of all, which makes changes run one at a time, and
 * tells brokers at the commit. Taken before the numbers of `takeNumber`'s order.
 */
export async function numberEnrolmentChange(tx: Sql): Promise<number> {
  const no = await takeNumber(tx, COUNTER);
  await tx.query("select pg_notify($1, '')", [ENROLMENT_CHANNEL]);
  return no;
}

/** Which database this is, and the number of its newest change. */
export async function enrolmentPosition(db: Sql): Promise<{ readonly source: string; readonly no: number }> {
  const { rows } = await db.query<{ source: string; no: number }>(
    `select s.id::text as source, coalesce((select value from counter where name = $1), 0)::float8 as no
       from enrolment_source s`,
    [COUNTER],
  );
  return rows[0] ?? { source: "", no: 0 };
}

/**
 * Agents, certificates that have not expired and rejected certificates that have changed after a number, in order; about
 * `limit` of them, never a part of one change.
 */
export async function readEnrolmentChanges(db: Sql, afterNo: number, limit: number): Promise<EnrolmentChange[]> {
  const { rows } = await db.query<ChangeRow>(
    `select * from (
       select 'agent' as kind, change_no::float8 as no, site, agent, how, null as serial, null as fingerprint,
              null::float8 as expires_at, revoked_at is not null as is_revoked
         from enrolled_agent where change_no > $1
       union all
       select 'certificate', change_no::float8, site, agent, null, serial, fingerprint,
              round(extract(epoch from expires_at) * 1000)::float8, revoked_at is not null
         from agent_certificate where change_no > $1 and expires_at > now()
       union all
       select 'rejected', change_no::float8, site, agent, null, null, proof, null, true
         from enrolment_request where change_no > $1 and verdict = 'rejected' and request is null
     ) changes order by no fetch first $2 rows with ties`,
    [afterNo, limit],
  );
  return rows.map(toChange);
}

/**
 * Takes note of a stranger: held for approval, or admitted by its chain. One that is known already is left as it is, and
 * beyond `maxHeld` none is held.
 */
export async function noteStranger(db: Database, stranger: NewStranger, maxHeld: number): Promise<void> {
  const { site, agent, fingerprint, becomes } = stranger;
  await db.transaction(async (tx) => {
    const no = await numberEnrolmentChange(tx);
    const { rowCount } =
      becomes === "admitted"
        ? await tx.query(
            `insert into enrolled_agent (site, agent, how, joined_by, change_no)
             values ($1, $2, 'chain', 'certificate chain', $3) on conflict do nothing`,
            [site, agent, no],
          )
        : await tx.query(
            `insert into enrolment_request (id, site, agent, proof, change_no)
             select $1::uuid, $2::text, $3::text, $4::text, $5::bigint
              where (select count(*) from enrolment_request where verdict is null) < $6 on conflict do nothing`,
            [newId(), site, agent, fingerprint, no, maxHeld],
          );
    if (rowCount === 0) return;
    await appendAudit(tx, {
      at: Date.now(),
      actorId: null,
      actor: "broker",
      action: becomes === "admitted" ? "enrolment.join" : "enrolment.hold",
      subjectKind: "agent",
      subject: `${site}/${agent}`,
      after: { how: "chain", fingerprint },
    });
  });
}

interface ChangeRow {
  readonly kind: "agent" | "certificate" | "rejected";
  readonly no: number;
  readonly site: string;
  readonly agent: string;
  readonly how: string | null;
  readonly serial: string | null;
  readonly fingerprint: string | null;
  readonly expires_at: number | null;
  readonly is_revoked: boolean;
}

function toChange(row: ChangeRow): EnrolmentChange {
  const { kind, no, how, is_revoked: isRevoked } = row;
  const [serial, fingerprint] = [row.serial ?? "", row.fingerprint ?? ""];
  if (kind === "rejected") return { kind, no, fingerprint };
  const who = { site: SiteId.parse(row.site), agent: AgentId.parse(row.agent) };
  if (kind === "agent") return { kind, no, ...who, how: how ?? "", isRevoked };
  return { kind, no, ...who, serial, fingerprint, expiresAt: row.expires_at ?? 0, isRevoked };
}

/** A revocation that was heard of, as it was kept outside the database. */
export type KeptRevocation =
  | (Who & { readonly kind: "agent" })
  | (Who & {
      readonly kind: "certificate";
      readonly serial: string;
      readonly fingerprint: string;
      /** Epoch ms. */
      readonly expiresAt: number;
    });

/**
 * Revokes once more what a restore has brought back to life. `no` is the newest change that was heard of: the database's
 * own numbers go on behind it, so that nothing is merged twice. Gives how many agents and certificates that were.
 */
export async function mergeRevocations(db: Database, kept: readonly KeptRevocation[], no: number): Promise<number> {
  return db.transaction(async (tx) => {
    await numberEnrolmentChange(tx);
    await tx.query("update counter set value = greatest(value, $2) where name = $1", [COUNTER, no]);
    const changeNo = await numberEnrolmentChange(tx);
    let merged = 0;
    for (const one of kept) {
      const count = one.kind === "agent" ? await revokeAgain(tx, one, changeNo) : await outlaw(tx, one, changeNo);
      if (count === 0) continue;
      merged += count;
      await appendAudit(tx, {
        ...{ at: Date.now(), actorId: null, actor: "broker", action: "enrolment.revoke", subjectKind: "agent" },
        subject: `${one.site}/${one.agent}`,
        after: { why: AFTER_RESTORE, ...(one.kind === "certificate" && { serial: one.serial }) },
      });
    }
    return merged;
  });
}

const AFTER_RESTORE = "revoked after the backup that was restored";

async function revokeAgain(tx: Sql, { site, agent }: Who, changeNo: number): Promise<number> {
  const { rowCount } = await tx.query(
    `insert into enrolled_agent as known (site, agent, how, joined_by, revoked_at, revoked_by, revoked_reason, change_no)
       values ($1, $2, 'none', 'password', now(), 'broker', $3, $4)
     on conflict (site, agent) do update set revoked_at = now(), revoked_by = 'broker', revoked_reason = $3, change_no = $4
       where known.revoked_at is null`,
    [site, agent, AFTER_RESTORE, changeNo],
  );
  await tx.query(
    `update enrolment_token set withdrawn_at = now(), withdrawn_by = 'broker'
      where site = $1 and agent = $2 and withdrawn_at is null`,
    [site, agent],
  );
  return rowCount ?? 0;
}

// One that was issued after the backup is not in the database at all, and would count as too new to be known.
async function outlaw(
  tx: Sql,
  { site, agent, serial, fingerprint, expiresAt }: Extract<KeptRevocation, { kind: "certificate" }>,
  changeNo: number,
): Promise<number> {
  const { rowCount } = await tx.query(
    `insert into agent_certificate as known (serial, fingerprint, key_hash, site, agent, pem, why, issued_at, expires_at,
       revoked_at, revoked_by, revoked_reason, change_no)
       values ($1, $2, '', $3, $4, '', 'renewal', now(), $5, now(), 'broker', $6, $7)
     on conflict (serial) do update set revoked_at = now(), revoked_by = 'broker', revoked_reason = $6, change_no = $7
       where known.revoked_at is null`,
    [serial, fingerprint, site, agent, new Date(expiresAt), AFTER_RESTORE, changeNo],
  );
  return rowCount ?? 0;
}
