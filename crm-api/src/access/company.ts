import type { Sql } from "@nightflow/storage";

/** What the company above a unit says of time and money. */
export interface Company {
  /** IANA zone. */
  readonly zone: string;
  /** ISO 4217 code. */
  readonly currency: string;
}

const DEFAULT_COMPANY: Company = { zone: "Asia/Shanghai", currency: "CNY" };

/** Zone and currency of the nearest unit at or above `unitPath` that has them, else of the first company below it. */
export async function companyOf(sql: Sql, unitPath: string): Promise<Company> {
  const { rows } = await sql.query<{ zone: string | null; currency: string | null }>(
    `select coalesce(
              (select zone from org_unit where starts_with($1, path) and zone is not null order by length(path) desc limit 1),
              (select zone from org_unit where starts_with(path, $1) and zone is not null order by path limit 1)) as zone,
            coalesce(
              (select currency from org_unit where starts_with($1, path) and currency is not null
                order by length(path) desc limit 1),
              (select currency from org_unit where starts_with(path, $1) and currency is not null
                order by path limit 1)) as currency`,
    [unitPath],
  );
  return { zone: rows[0]?.zone ?? DEFAULT_COMPANY.zone, currency: rows[0]?.currency ?? DEFAULT_COMPANY.currency };
}
