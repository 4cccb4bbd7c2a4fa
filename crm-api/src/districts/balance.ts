import {
  backgroundLeakageM3h,
  calendarOf,
  cjj92Of,
  DISTRICT_DEFAULTS,
  type DistrictFacts,
  dateTextOf,
  dayOfDate,
  iliOf,
  legitimateNightUse,
  netNightFlow,
  type WaterBalance,
  waterBalance,
} from "@nightflow/analytics/pure";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { companyOf } from "../access/company.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { BadRequestProblem, NotFoundProblem } from "../http/problems.ts";
import { nightsBetween } from "../overview/nights.ts";
import type { Night } from "../overview/wire.ts";
import { SqlFilter } from "../sql/filter.ts";
import { balanceOfDay, DistrictDays, datesBetween } from "./days.ts";
import type { BalanceDay, BalanceQuery, DistrictBalance, NoDayBalance } from "./wire.ts";

const DEFAULT_DAYS = 30;
const MOST_DAYS = 400;

interface DistrictSqlRow extends DistrictFacts {
  readonly id: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly commodity: "water" | "gas";
}

interface PartSqlRow {
  readonly id: string;
  readonly nameZh: string;
  readonly nameEn: string;
  /** Its inlets are outlets of the whole already. */
  readonly isOutlet: boolean;
}

type Day = z.infer<typeof BalanceDay>;

/**
 * The balance of a district in a scope over local days.
 *
 * @throws {NotFoundProblem} when the scope has no such district.
 * @throws {BadRequestProblem} when the days are the wrong way round or more than 400.
 */
export async function districtBalance(
  sql: Sql,
  scope: Scope,
  id: string,
  query: z.infer<typeof BalanceQuery>,
  nowMs: number,
): Promise<z.infer<typeof DistrictBalance>> {
  const district = await loadDistrict(sql, scope, id);
  const { zone } = await companyOf(sql, scope.path);
  const { from, to } = spanOf(query, zone, nowMs);
  const parts = await loadParts(sql, id);
  const loaded = await DistrictDays.load(sql, [id, ...parts.map((part) => part.id)], from, to, zone);
  const through = parts.filter((part) => !part.isOutlet).map((part) => part.id);
  const days = datesBetween(from, to).map((date) => balanceOfDay(loaded, id, through, date));
  const nights = await nightsBetween(sql, id, from, to);
  const { commodity, nameZh, nameEn } = district;
  return {
    id,
    name: { zh: nameZh, en: nameEn },
    commodity,
    volumeUnit: commodity === "gas" ? "Sm3" : "m3",
    zone,
    from,
    to,
    days,
    ...figuresOf(days, district),
    night: commodity === "gas" ? null : nightOf(nights, district),
    nights,
    facts: factsOf(district),
    defaults: DISTRICT_DEFAULTS,
    parts: parts.map((part) => ({
      id: part.id,
      name: { zh: part.nameZh, en: part.nameEn },
      inflowM3: inflowOver(loaded, part.id, from, to),
      isOutlet: part.isOutlet,
    })),
  };
}

function spanOf(query: z.infer<typeof BalanceQuery>, zone: string, nowMs: number): { from: string; to: string } {
  const to = query.to ?? dateTextOf(calendarOf(zone).dayOf(nowMs) - 1);
  const from = query.from ?? dateTextOf(dayOfDate(to) - DEFAULT_DAYS + 1);
  const days = dayOfDate(to) - dayOfDate(from) + 1;
  if (!Number.isFinite(days)) throw new BadRequestProblem("`from` and `to` must be days of the calendar");
  if (days < 1) throw new BadRequestProblem("`from` must not be after `to`");
  if (days > MOST_DAYS) throw new BadRequestProblem(`a balance is over at most ${MOST_DAYS} days`);
  return { from, to };
}

function figuresOf(days: readonly Day[], district: DistrictSqlRow) {
  const told = days.filter((day) => day.differenceM3 !== null);
  const total = totalOf(told, district);
  const realM3PerDay = total === null ? null : total.realLossM3 / told.length;
  const isWater = district.commodity === "water";
  const { connections } = district;
  return {
    daysTold: told.length,
    total,
    why: total === null ? commonest(days) : null,
    perConnectionDayL: isWater && realM3PerDay !== null && connections ? (realM3PerDay * 1000) / connections : null,
    ili: isWater && realM3PerDay !== null ? iliOf(realM3PerDay, district) : null,
    iliNeeds: isWater ? (["mainsKm", "connections", "meanPressureM"] as const).filter((f) => district[f] === null) : [],
    cjj92: isWater && total ? cjj92Of(total.inflowM3, total.customersM3, district.cjj92CorrectionPercent) : null,
  };
}

/** What flows on into the parts is not used here: it is taken off the inflow. */
function totalOf(told: readonly Day[], district: DistrictSqlRow): WaterBalance | null {
  const sum = (pick: (day: Day) => number | null) => told.reduce((total, day) => total + (pick(day) ?? 0), 0);
  const inflowM3 = sum((day) => day.inflowM3) - sum((day) => day.childrenM3);
  const facts = district.commodity === "gas" ? { ...district, unbilledPercent: 0, apparentPercent: 0 } : district;
  return told.length === 0
    ? null
    : waterBalance(
        inflowM3,
        sum((day) => day.customersM3),
        facts,
      );
}

function commonest(days: readonly Day[]): NoDayBalance | null {
  const counts = Map.groupBy(
    days.flatMap(({ why }) => why ?? []),
    (why) => why,
  );
  return [...counts].toSorted((a, b) => b[1].length - a[1].length)[0]?.[0] ?? "no_inflow";
}

function nightOf(nights: readonly z.infer<typeof Night>[], facts: DistrictFacts) {
  const night = nights.findLast(({ mnfM3h }) => mnfM3h !== null);
  if (night === undefined || night.mnfM3h === null) return null;
  const use = legitimateNightUse(facts, night.customersNightM3h, Number(night.night.slice(5, 7)));
  const net = use && netNightFlow(night.mnfM3h, use, facts);
  const background = backgroundLeakageM3h(facts);
  return {
    night: night.night,
    mnfM3h: night.mnfM3h,
    use,
    netM3h: net?.m3h ?? null,
    netM3PerDay: net?.m3PerDay ?? null,
    litresPerConnectionDay: net?.litresPerConnectionDay ?? null,
    backgroundM3h: background,
    findableM3h: net === null || background === null ? null : Math.max(0, net.m3h - background),
  };
}

function factsOf({
  id: _id,
  nameZh: _zh,
  nameEn: _en,
  commodity: _commodity,
  ...facts
}: DistrictSqlRow): DistrictFacts {
  return facts;
}

function inflowOver(days: DistrictDays, dma: string, from: string, to: string): number | null {
  const sides = datesBetween(from, to).map((date) => days.inflow(dma, date));
  const measured = sides.filter(({ share }) => share !== null);
  return measured.length === 0 ? null : measured.reduce((sum, { m3 }) => sum + m3, 0);
}

async function loadDistrict(sql: Sql, scope: Scope, id: string): Promise<DistrictSqlRow> {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "d.unit_id")).andIf(id, (value) => `d.id = ${value}`);
  const { rows } = await sql.query<DistrictSqlRow>(
    `select d.id, d.name_zh as "nameZh", d.name_en as "nameEn", d.mains_km::float8 as "mainsKm",
            d.service_pipe_km as "servicePipeKm", d.connections, d.population, d.mean_pressure_m as "meanPressureM",
            d.night_use_lph as "nightUseLph", string_to_array(d.night_use_months, ';')::float8[] as "nightUseMonths", d.exceptional_night_m3h as "exceptionalNightM3h",
            d.night_day_hours as "nightDayHours", d.unbilled_percent as "unbilledPercent",
            d.apparent_percent as "apparentPercent", d.cjj92_correction_percent as "cjj92CorrectionPercent",
            coalesce((select m.commodity from dma_meter dm join meter m on m.id = dm.meter_id
                       where dm.dma_id = d.id order by dm.meter_id limit 1), 'water') as commodity
       from dma d ${filter.where}`,
    filter.values,
  );
  if (rows[0] === undefined) throw new NotFoundProblem("district", id);
  return rows[0];
}

async function loadParts(sql: Sql, id: string): Promise<PartSqlRow[]> {
  const { rows } = await sql.query<PartSqlRow>(
    `select d.id, d.name_zh as "nameZh", d.name_en as "nameEn",
            exists (select 1 from dma_meter own join dma_meter part on part.meter_id = own.meter_id
                     where own.dma_id = $1 and own.sign = -1 and part.dma_id = d.id and part.sign = 1) as "isOutlet"
       from dma d where d.parent_id = $1 and d.status <> 'RETIRE' order by d.id`,
    [id],
  );
  return rows;
}
