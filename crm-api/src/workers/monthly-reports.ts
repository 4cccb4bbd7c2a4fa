import { type Clock, describeError } from "@nightflow/domain";
import type { Database, JobQueue } from "@nightflow/storage";
import type { Logger } from "pino";
import { companyOf } from "../access/company.ts";
import { localDateOf, monthPeriod, previousMonth } from "../http/zone-time.ts";
import { orderReport } from "../reports/order.ts";
import { SYSTEM } from "../system/record.ts";

/** What the monthly schedule depends on. */
export interface MonthlyReportsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly jobs: JobQueue;
  readonly logger: Logger;
  /** The schedule acts from the 1st to this day, so that a stop over the turn of the month is made up for. */
  readonly orderDays: number;
}

interface DueAccount {
  id: string;
  unit_path: string;
  language: "zh" | "en";
}

const HOUR_MS = 3_600_000;
// However fast the business clock runs, the database is asked at most once a second.
const SHORTEST_WAIT_MS = 1_000;

/** Orders last month's report for every key account that has none, in the first days of the month; gives how many. */
export async function orderMonthlyReports(deps: MonthlyReportsDeps): Promise<number> {
  const nowMs = deps.clock.now();
  let ordered = 0;
  for (const company of await companies(deps.db)) {
    const { zone } = await companyOf(deps.db, company);
    if (localDateOf(nowMs, zone).day > deps.orderDays) continue;
    const month = previousMonth(nowMs, zone);
    for (const account of await accountsWithout(deps.db, company, monthPeriod(month).from)) {
      const { id: accountId, language } = account;
      const scope = { path: account.unit_path, isWhole: false };
      await deps.db.transaction((tx) => orderReport(tx, deps, SYSTEM, scope, { accountId, month, language }));
      ordered++;
    }
  }
  return ordered;
}

async function companies(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ path: string }>("select path from org_unit where kind = 'company' order by path");
  return rows.map((row) => row.path);
}

async function accountsWithout(db: Database, companyPath: string, periodFrom: string): Promise<DueAccount[]> {
  const { rows } = await db.query<DueAccount>(
    `select ac.id, o.path as unit_path, coalesce(mg.language, 'zh') as language
       from account ac join org_unit o on o.id = ac.unit_id left join app_user mg on mg.id = ac.manager_id
      where ac.is_key_account and ac.status = 'active' and starts_with(o.path, $1)
        and exists (select 1 from service_point sp join meter m on m.service_point_id = sp.id where sp.account_id = ac.id)
        and not exists (select 1 from report_run r where r.account_id = ac.id and r.period_from = $2)
      order by ac.no`,
    [companyPath, periodFrom],
  );
  return rows;
}

/** Looks once a business hour whether last month's reports are to be ordered; returns what stops it. */
export function startMonthlyReports(deps: MonthlyReportsDeps): () => Promise<void> {
  let current: Promise<void> = Promise.resolve();
  const look = async () => {
    const ordered = await orderMonthlyReports(deps);
    if (ordered > 0) deps.logger.info({ ordered }, "monthly reports ordered");
  };
  const timer = setInterval(
    () => {
      current = current.then(look).catch((error: unknown) => {
        deps.logger.warn({ reason: describeError(error) }, "monthly reports could not be ordered now");
      });
    },
    Math.max(SHORTEST_WAIT_MS, deps.clock.toRealMs(HOUR_MS)),
  ).unref();
  return async () => {
    clearInterval(timer);
    await current;
  };
}
