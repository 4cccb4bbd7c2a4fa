/** What the utility knows of a district; null where it does not. */
export interface DistrictFacts {
  /** Length of mains (Lm) and of service pipes between property line and meter (Lp), km. */
  readonly mainsKm: number | null;
  readonly servicePipeKm: number | null;
  /** Number of service connections (Nc). */
  readonly connections: number | null;
  readonly population: number | null;
  /** Average zone pressure (P), metres of water. */
  readonly meanPressureM: number | null;
  /** Legitimate night use of a connection, L/h. */
  readonly nightUseLph: number | null;
  /** Night use of each month as a factor of the year's, twelve from January; null or left out: the same all year. */
  readonly nightUseMonths?: readonly number[] | null;
  /** Night use of large customers that are not metered remotely, m³/h. */
  readonly exceptionalNightM3h: number | null;
  /** Hours by which a night's leakage becomes a day's. */
  readonly nightDayHours: number | null;
  /** Authorised use that nobody pays for, percent of inflow. */
  readonly unbilledPercent: number | null;
  /** Apparent losses, percent of customers' use. */
  readonly apparentPercent: number | null;
  /** Rn of CJJ 92, percent. */
  readonly cjj92CorrectionPercent: number | null;
}

/** What stands in for a fact that is not known; every figure says which it used. */
export const DISTRICT_DEFAULTS = {
  /** UKWIR's household night use, 1.7 L per connection and hour (DOMAIN 4.10's vector). */
  nightUseLph: 1.7,
  /** 6 % of people flush 10 L in an hour of the night: UKWIR, LEAKS 2.1. */
  activeShare: 0.06,
  litresPerFlush: 10,
  /** SANFLOW: 40 L per km of mains and hour at 50 m, growing with pressure to the power of 1.5 (LEAKS 2.1). */
  backgroundLphPerKm: 40,
  backgroundExponent: 1.5,
  backgroundPressureM: 50,
  /** Unavoidable background of a connection, 1.25 L/h at 50 m: Thornton, Water Loss Control, table 7.2. */
  backgroundLphPerConnection: 1.25,
  nightDayHours: 24,
  /** Defaults for a European balance (Lambert and others 2014); unverified for elsewhere. */
  unbilledPercent: 0.5,
  apparentPercent: 2,
} as const;

/** Legitimate use of an hour of the night with where it comes from. */
export interface NightUse {
  readonly m3h: number;
  readonly basis: "measured" | "connections" | "population";
}

/**
 * What a district's people rightly use in an hour of the night, m³/h, large customers without remote meters included: measured by the
 * customers' meters where all are there, else by connections, else by population.
 *
 * What is not measured follows the season by the utility's own factors of the month (1 to 12), where it has them.
 *
 * Null when neither is known. Source: UKWIR 99/WM/08/21; DOMAIN 2.2.
 */
export function legitimateNightUse(facts: DistrictFacts, measuredM3h: number | null, month?: number): NightUse | null {
  const exceptional = facts.exceptionalNightM3h ?? 0;
  if (measuredM3h !== null) return { m3h: measuredM3h + exceptional, basis: "measured" };
  const season = month === undefined ? 1 : (facts.nightUseMonths?.[month - 1] ?? 1);
  if (facts.connections !== null) {
    const lph = facts.nightUseLph ?? DISTRICT_DEFAULTS.nightUseLph;
    return { m3h: (season * facts.connections * lph) / 1000 + exceptional, basis: "connections" };
  }
  if (facts.population === null) return null;
  const litres = facts.population * DISTRICT_DEFAULTS.activeShare * DISTRICT_DEFAULTS.litresPerFlush;
  return { m3h: (season * litres) / 1000 + exceptional, basis: "population" };
}

/** Net night flow: what is left of the night flow after legitimate use; its leakage of a day, and that of one connection. */
export interface NetNightFlow {
  readonly m3h: number;
  readonly m3PerDay: number;
  readonly litresPerConnectionDay: number | null;
}

/** Net night flow of a minimum night flow. Never below zero: a guess of legitimate use above the flow is no negative leak. */
export function netNightFlow(mnfM3h: number, use: NightUse, facts: DistrictFacts): NetNightFlow {
  const m3h = Math.max(0, mnfM3h - use.m3h);
  const m3PerDay = m3h * (facts.nightDayHours ?? DISTRICT_DEFAULTS.nightDayHours);
  const isPerConnection = facts.connections !== null && facts.connections > 0;
  return {
    m3h,
    m3PerDay,
    litresPerConnectionDay: isPerConnection ? (m3PerDay * 1000) / (facts.connections ?? 1) : null,
  };
}

/**
 * Background leakage, too small to be found, m³/h: mains and connections at 50 m, times (P / 50) to the power of 1.5.
 *
 * Null when the mains' length is not known; a pressure that is not known counts as 50 m.
 */
export function backgroundLeakageM3h(facts: DistrictFacts): number | null {
  if (facts.mainsKm === null) return null;
  const { backgroundLphPerKm, backgroundLphPerConnection, backgroundPressureM, backgroundExponent } = DISTRICT_DEFAULTS;
  const litres = facts.mainsKm * backgroundLphPerKm + (facts.connections ?? 0) * backgroundLphPerConnection;
  const pressure = (facts.meanPressureM ?? backgroundPressureM) / backgroundPressureM;
  return (litres * pressure ** backgroundExponent) / 1000;
}

/** A water balance over some days, m³ of all of them. */
export interface WaterBalance {
  readonly inflowM3: number;
  readonly customersM3: number;
  /** Inflow less customers' use: water without revenue, with its share of the inflow. */
  readonly nrwM3: number;
  readonly nrwPercent: number;
  readonly unbilledM3: number;
  readonly apparentM3: number;
  /** What ran out of the pipes: water without revenue less authorised use and apparent losses. */
  readonly realLossM3: number;
}

/**
 * The water balance of measured volumes, by the IWA's table: NRW = inflow − customers; real losses = NRW − unbilled authorised use −
 * apparent losses.
 *
 * Null without inflow. Real losses may come out below zero: then the meters contradict each other, and that is shown.
 */
export function waterBalance(inflowM3: number, customersM3: number, facts: DistrictFacts): WaterBalance | null {
  if (!(inflowM3 > 0) || !Number.isFinite(customersM3)) return null;
  const nrwM3 = inflowM3 - customersM3;
  const unbilledM3 = (inflowM3 * (facts.unbilledPercent ?? DISTRICT_DEFAULTS.unbilledPercent)) / 100;
  const apparentM3 = (customersM3 * (facts.apparentPercent ?? DISTRICT_DEFAULTS.apparentPercent)) / 100;
  const nrwPercent = (100 * nrwM3) / inflowM3;
  return {
    inflowM3,
    customersM3,
    nrwM3,
    nrwPercent,
    unbilledM3,
    apparentM3,
    realLossM3: nrwM3 - unbilledM3 - apparentM3,
  };
}

/** Fewer connections than this, or less pressure than this many metres, and ILI is shown with a warning: AWWA M36. */
const LEAST_CONNECTIONS = 3000;
const LEAST_PRESSURE_M = 25;

/** Infrastructure leakage index with what it was worked out from. */
export interface Ili {
  readonly ili: number;
  /** Current and unavoidable real losses, L/day. */
  readonly carlLPerDay: number;
  readonly uarlLPerDay: number;
  /** Smaller or softer than the formula was made for. */
  readonly isOutsideRange: boolean;
}

/**
 * Infrastructure leakage index: ILI = CARL / UARL, UARL (L/day) = (18 Lm + 0.8 Nc + 25 Lp) P.
 *
 * Null while mains, connections or pressure are not known, or CARL is below zero. Lp that is not known counts as 0.
 * Source: Lambert and others 1999; AWWA M36.
 */
export function iliOf(realLossM3PerDay: number, facts: DistrictFacts): Ili | null {
  const { mainsKm, connections, meanPressureM, servicePipeKm } = facts;
  if (mainsKm === null || connections === null || meanPressureM === null) return null;
  const uarlLPerDay = (18 * mainsKm + 0.8 * connections + 25 * (servicePipeKm ?? 0)) * meanPressureM;
  const carlLPerDay = realLossM3PerDay * 1000;
  if (!(uarlLPerDay > 0) || !(carlLPerDay >= 0)) return null;
  const isOutsideRange = connections < LEAST_CONNECTIONS || meanPressureM < LEAST_PRESSURE_M;
  return { ili: carlLPerDay / uarlLPerDay, carlLPerDay, uarlLPerDay, isOutsideRange };
}

/** Loss rates by CJJ 92, percent, with the grade that the corrected one reaches. */
export interface Cjj92 {
  readonly grossPercent: number;
  readonly correctionPercent: number;
  readonly lossPercent: number;
  /** 1 up to 10 %, 2 up to 12 %; null above, and where more was registered than supplied. */
  readonly grade: 1 | 2 | null;
}

/**
 * Loss rates of CJJ 92-2016 (2018): gross R_WL = (Qs − Qa) / Qs, loss R_BL = R_WL − Rn with Rn = R1 + R2 + R3 + R4, graded at 10 % and
 * 12 %. Rn is the utility's own figure; what is not known counts as 0, which never flatters.
 *
 * Null without supply. No grade where more was registered than supplied: then the meters contradict each other.
 */
export function cjj92Of(supplyM3: number, registeredM3: number, correctionPercent: number | null): Cjj92 | null {
  if (!(supplyM3 > 0) || !Number.isFinite(registeredM3)) return null;
  const grossPercent = (100 * (supplyM3 - registeredM3)) / supplyM3;
  const lossPercent = grossPercent - (correctionPercent ?? 0);
  const earned = lossPercent <= 10 ? 1 : lossPercent <= 12 ? 2 : null;
  const grade = grossPercent < 0 ? null : earned;
  return { grossPercent, correctionPercent: correctionPercent ?? 0, lossPercent, grade };
}
