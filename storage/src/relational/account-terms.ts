import { type AccountTerms, DEFAULT_THRESHOLDS } from "@nightflow/domain";
import type { Sql } from "./database.ts";

/** Terms of an account, and which version of its thresholds and shifts holds; 0 where nobody has set any. */
export interface StoredTerms extends AccountTerms {
  readonly account: string;
  readonly version: number;
}

/** What is agreed with accounts: all that have anything, or those named. Days long over are left out with `sinceDate`. */
export async function loadAccountTerms(
  sql: Sql,
  only: { readonly accounts?: readonly string[]; readonly sinceDate?: string } = {},
): Promise<StoredTerms[]> {
  const { rows } = await sql.query<{ [Name in keyof StoredTerms]: StoredTerms[Name] | null } & { account: string }>(
    `with newest as (
       select distinct on (account_id) account_id, version, thresholds, shifts from account_terms
        where $1::uuid[] is null or account_id = any($1) order by account_id, version desc),
     special as (
       select account_id, jsonb_agg(jsonb_build_object('from', to_char(from_date, 'YYYY-MM-DD'),
                'to', to_char(to_date, 'YYYY-MM-DD'), 'kind', kind) order by from_date, id) as days
         from account_day where removed_at is null and ($1::uuid[] is null or account_id = any($1))
          and ($2::date is null or to_date >= $2) group by account_id)
     select coalesce(n.account_id, s.account_id)::text as account, n.version, n.thresholds, n.shifts, s.days
       from newest n full join special s on s.account_id = n.account_id order by 1`,
    [only.accounts ?? null, only.sinceDate ?? null],
  );
  return rows.map(({ account, version, thresholds, shifts, days }) => ({
    account,
    version: version ?? 0,
    thresholds: { ...DEFAULT_THRESHOLDS, ...thresholds },
    shifts: shifts ?? [],
    days: days ?? [],
  }));
}

/** New thresholds and shifts of an account. */
export interface NewTerms extends Pick<StoredTerms, "account" | "version" | "thresholds" | "shifts"> {
  readonly reason: string;
  readonly madeBy: string;
  readonly atMs: number;
}

/** Adds a version; false when that version is there already. */
export async function addAccountTerms(tx: Sql, terms: NewTerms): Promise<boolean> {
  const { account, version, thresholds, shifts, reason, madeBy, atMs } = terms;
  const { rowCount } = await tx.query(
    `insert into account_terms (account_id, version, thresholds, shifts, reason, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [account, version, JSON.stringify(thresholds), JSON.stringify(shifts), reason, madeBy, new Date(atMs)],
  );
  return rowCount === 1;
}
