import type { Sql } from "@nightflow/storage";
import { epochMs } from "../sql/filter.ts";
import type { AgentName, EnrolmentContext, IssuedCertificate, RequestKey } from "./desk.ts";
import { nowOf } from "./desk.ts";

/** How an agent came in. */
export type JoinedHow = "token" | "approval" | "chain";

/** A certificate as it is kept. */
export interface CertificateRow {
  readonly serial: string;
  readonly fingerprint: string;
  readonly key_hash: string;
  readonly site: string;
  readonly agent: string;
  readonly pem: string;
  readonly issued_at: number;
  readonly expires_at: number;
  readonly is_revoked: boolean;
}

const CERTIFICATE_COLUMNS = `serial, fingerprint, key_hash, site, agent, pem, ${epochMs("issued_at")} as issued_at,
  ${epochMs("expires_at")} as expires_at, revoked_at is not null as is_revoked`;

/** The certificate of a fingerprint; undefined when it is not ours. */
export async function certificateBy(tx: Sql, fingerprint: string): Promise<CertificateRow | undefined> {
  const { rows } = await tx.query<CertificateRow>(
    `select ${CERTIFICATE_COLUMNS} from agent_certificate where fingerprint = $1`,
    [fingerprint],
  );
  return rows[0];
}

/** The newest certificate that an agent has for a key; undefined when there is none. */
export async function certificateOfKey(
  tx: Sql,
  { site, agent }: AgentName,
  keyHash: string,
): Promise<CertificateRow | undefined> {
  const { rows } = await tx.query<CertificateRow>(
    `select ${CERTIFICATE_COLUMNS} from agent_certificate
      where site = $1 and agent = $2 and key_hash = $3 order by issued_at desc limit 1`,
    [site, agent, keyHash],
  );
  return rows[0];
}

/** Whether an agent is known, and whether it was revoked. */
export async function standingOf(tx: Sql, { site, agent }: AgentName): Promise<"unknown" | "admitted" | "revoked"> {
  const { rows } = await tx.query<{ is_revoked: boolean }>(
    "select revoked_at is not null as is_revoked from enrolled_agent where site = $1 and agent = $2",
    [site, agent],
  );
  if (rows[0] === undefined) return "unknown";
  return rows[0].is_revoked ? "revoked" : "admitted";
}

/** Signs a certificate and keeps it, in the caller's transaction. */
export async function issueCertificate(
  tx: Sql,
  { desk }: EnrolmentContext,
  who: AgentName,
  order: { readonly key: RequestKey; readonly why: "token" | "approval" | "renewal"; readonly changeNo: number },
): Promise<IssuedCertificate> {
  const { key, why, changeNo } = order;
  const { certificateDays: days } = desk.config;
  const { site, agent } = who;
  const issued = await desk.signer.issue({ site, agent, key: { publicKey: key.publicPem }, days });
  const { serial, fingerprint, pem, expiresAt } = issued;
  await tx.query(
    `insert into agent_certificate (serial, fingerprint, key_hash, site, agent, pem, why, issued_at, expires_at,
       change_no) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [serial, fingerprint, key.keyHash, site, agent, pem, why, new Date(nowOf(desk)), new Date(expiresAt), changeNo],
  );
  return issued;
}

/** Lets an agent in, also one that was revoked. */
export async function admitAgent(
  tx: Sql,
  { site, agent }: AgentName,
  admission: { readonly how: JoinedHow; readonly by: string; readonly changeNo: number },
): Promise<void> {
  await tx.query(
    `insert into enrolled_agent (site, agent, how, joined_by, change_no) values ($1, $2, $3, $4, $5)
     on conflict (site, agent) do update set how = excluded.how, joined_at = now(), joined_by = excluded.joined_by,
       revoked_at = null, revoked_by = null, revoked_reason = null, change_no = excluded.change_no`,
    [site, agent, admission.how, admission.by, admission.changeNo],
  );
}

/** Revokes every certificate of an agent that has not expired, but one; gives how many. */
export async function revokeCertificates(
  tx: Sql,
  { site, agent }: AgentName,
  revocation: {
    readonly by: string;
    readonly reason: string;
    readonly changeNo: number;
    readonly exceptSerial?: string;
  },
): Promise<number> {
  const { by, reason, changeNo, exceptSerial = "" } = revocation;
  const { rowCount } = await tx.query(
    `update agent_certificate set revoked_at = now(), revoked_by = $3, revoked_reason = $4, change_no = $5
      where site = $1 and agent = $2 and serial <> $6 and revoked_at is null and expires_at > now()`,
    [site, agent, by, reason, changeNo, exceptSerial],
  );
  return rowCount ?? 0;
}
