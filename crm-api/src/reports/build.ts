import {
  buildUsageCurveReport,
  type UsageCurveReport,
  type UsageMeterInput,
  type UsagePeriod,
  usageCurveRange,
} from "@nightflow/analytics/pure";
import { NightflowError } from "@nightflow/domain";
import type { ReadingStore, Sql } from "@nightflow/storage";
import { companyOf } from "../access/company.ts";
import { editedPoints } from "../intervals/standing.ts";
import { countLimitsOf, type MeasuredPoint, pointsOfAccounts, resolutionM3Of, volumeUnitOf } from "../meters/points.ts";

/** An account without a register has nothing that a usage report could show. */
export class NothingToReportError extends NightflowError {
  readonly code = "NOTHING_TO_REPORT";
  readonly retriable = false;
}

/** What a report is made of besides the curves. */
export interface ReportTask {
  readonly accountId: string;
  readonly period: UsagePeriod;
  readonly version: number;
  readonly isRevised: boolean;
  readonly dataCutoffMs: number;
}

interface SubjectRow {
  no: string;
  customer: string;
  unit_path: string;
  manager: string | null;
  price: number | null;
  currency: string | null;
}

/**
 * The usage-curve report of an account, from the registers of its meters in this period and the one before.
 *
 * @throws {NothingToReportError} when the account is gone or has no meter with a register.
 */
export async function buildReport(sql: Sql, store: ReadingStore, task: ReportTask): Promise<UsageCurveReport> {
  const subject = await loadSubject(sql, task.accountId);
  const all = await pointsOfAccounts(sql, [task.accountId]);
  const [first] = all;
  if (first === undefined) throw new NothingToReportError(`account ${subject.no} has no meter with a register`);
  const volumeUnit = volumeUnitOf(first);
  const company = await companyOf(sql, subject.unit_path);
  // Gas at base conditions and volumes at the meter are never added up.
  const points = all.filter((point) => volumeUnitOf(point) === volumeUnit);
  const meters: UsageMeterInput[] = [];
  for (const point of points) meters.push(await meterInput(sql, store, point, task.period, company.zone));
  return buildUsageCurveReport({
    subject: {
      accountId: task.accountId,
      accountNo: subject.no,
      customerName: subject.customer,
      commodity: await commodityOf(sql, first.meterId),
      zone: company.zone,
      currency: subject.currency ?? company.currency,
      managerName: subject.manager,
      pricePerM3: subject.price,
    },
    volumeUnit,
    meters,
    period: task.period,
    dataCutoffMs: task.dataCutoffMs,
    version: task.version,
    isRevised: task.isRevised,
  });
}

async function loadSubject(sql: Sql, accountId: string): Promise<SubjectRow> {
  const { rows } = await sql.query<SubjectRow>(
    `select ac.no, cu.name as customer, o.path as unit_path, mg.display_name as manager,
            ta.price_per_m3::float8 as price, ta.currency
       from account ac join customer cu on cu.id = ac.customer_id join org_unit o on o.id = ac.unit_id
       left join app_user mg on mg.id = ac.manager_id left join tariff ta on ta.id = ac.tariff_id where ac.id = $1`,
    [accountId],
  );
  const row = rows[0];
  if (row === undefined) throw new NothingToReportError(`account ${accountId} does not exist any more`);
  return row;
}

async function commodityOf(sql: Sql, meterId: string): Promise<"water" | "gas"> {
  const { rows } = await sql.query<{ commodity: "water" | "gas" }>("select commodity from meter where id = $1", [
    meterId,
  ]);
  return rows[0]?.commodity ?? "water";
}

async function meterInput(
  sql: Sql,
  store: ReadingStore,
  point: MeasuredPoint,
  period: UsagePeriod,
  zone: string,
): Promise<UsageMeterInput> {
  const { rows } = await sql.query<{ serial: string | null; model: string }>(
    "select serial, model from meter where id = $1",
    [point.meterId],
  );
  const { fromMs, toMs } = usageCurveRange(period, zone, point.periodMs);
  const [edited] = await editedPoints(sql, [point], { from: fromMs, to: toMs });
  return {
    meter: point.meterId,
    serial: rows[0]?.serial ?? null,
    model: rows[0]?.model ?? "",
    periodMs: point.periodMs,
    resolutionM3: resolutionM3Of(point),
    ...countLimitsOf(point),
    curve: await store.curve(point.channelId, fromMs, toMs),
    ...(edited?.edits && { edits: edited.edits }),
  };
}
