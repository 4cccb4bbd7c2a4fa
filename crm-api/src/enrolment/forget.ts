import type { Sql } from "@nightflow/storage";

/**
 * Forgets requests that nobody has decided and whose agent has not asked for a week, so that they do not keep out others,
 * and what has been over for ninety days: decisions, tokens, certificates. The audit trail keeps what happened.
 */
export async function forgetOldEnrolment(sql: Sql): Promise<void> {
  await sql.query(
    `delete from enrolment_request
      where (verdict is null and request is not null and asked_at < now() - interval '7 days') or decided_at < now() - interval '90 days'`,
  );
  await sql.query("delete from enrolment_token where expires_at < now() - interval '90 days'");
  await sql.query(
    `delete from agent_certificate c where expires_at < now() - interval '90 days'
        and not exists (select 1 from enrolment_request r where r.certificate_serial = c.serial)`,
  );
}
