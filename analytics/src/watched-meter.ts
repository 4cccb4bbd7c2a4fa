import type { AccountTerms } from "@nightflow/domain";
import type { WorkPlan } from "./pure/accounts/work-plan.ts";
import type { District } from "./pure/district.ts";
import type { Family } from "./pure/districts/family.ts";
import type { FindingSubject } from "./pure/finding.ts";
import type { IntervalOptions } from "./pure/intervals.ts";
import { calendarOf, type ZoneCalendar } from "./pure/local-time.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { DAY_RULES, HOUR_RULES, INTERVAL_RULES } from "./pure/rules.ts";

const HOUR_MS = 3_600_000;

/** One meter at work: what the registry says of it, and its slots. There may be millions: it holds nothing that others hold too. */
export interface WatchedMeter {
  readonly meta: MeteredChannel;
  readonly kind: MeterKind;
  slot: number;
  /** Slot in the side table; -1 for most. */
  sideSlot: number;
  /** Its reverse register, where it has one. */
  reverse: MeteredChannel | undefined;
  /** The key account that it is counted in, where that is judged here. */
  readonly account: WatchedAccount | undefined;
  /** The district whose customers' use it counts in. */
  readonly district: District | undefined;
  /** Families of parent and children that it is in; undefined for nearly all. */
  readonly families: readonly Family[] | undefined;
}

/** A key account at work: all its meters share it. */
export interface WatchedAccount {
  readonly subject: FindingSubject;
  readonly calendar: ZoneCalendar;
  readonly plan: WorkPlan;
  readonly terms: AccountTerms;
  /** Slot among the key accounts. */
  readonly slot: number;
  /** How many meters it is the sum of. */
  meters: number;
  /** The longest period of its meters, and the part of an hour that its contract is measured over; 0 for whole hours. Both in ms. */
  longestPeriodMs: number;
  partMs: number;
}

/** What meters that are judged alike share. */
export interface MeterKind {
  /** What this shard does with them. */
  readonly duty: Duty;
  readonly calendar: ZoneCalendar;
  readonly options: IntervalOptions;
  readonly intervalRules: typeof INTERVAL_RULES;
  readonly hourRules: typeof HOUR_RULES;
  readonly dayRules: typeof DAY_RULES;
  readonly isJudgedDaily: boolean;
  /** Whether its hours teach a profile. */
  readonly hasProfile: boolean;
}

/**
 * What a shard does with a meter: each of its subjects (itself, its account, its district, its agent) may belong to
 * another one. A shard that needs a meter for a district or an agent alone keeps it up to there, and judges nothing else.
 */
export interface Duty {
  /** The rules of the meter itself. */
  readonly isJudged: boolean;
  /** The days of its key account. */
  readonly isAccountJudged: boolean;
  /** Its intervals, for one of the above or for a district. */
  readonly isMeasured: boolean;
}

/** The rules and the calendar of a meter, by what the registry says of it. */
export function kindOf(meta: MeteredChannel, duty: Duty, options: IntervalOptions): MeterKind {
  const rules = <Rule extends { appliesTo(meta: MeteredChannel): boolean }>(all: readonly Rule[]) =>
    duty.isJudged ? all.filter((rule) => rule.appliesTo(meta)) : [];
  return {
    duty,
    calendar: calendarOf(meta.zone),
    options,
    intervalRules: meta.periodMs <= HOUR_MS ? rules(INTERVAL_RULES) : [],
    hourRules: rules(HOUR_RULES),
    dayRules: rules(DAY_RULES),
    isJudgedDaily: meta.purpose === "customer",
    hasProfile: duty.isJudged && meta.purpose === "customer" && meta.commodity === "water",
  };
}

/** Whether a meter's days are judged as those of a key account. */
export function isKeyMeter(meta: MeteredChannel): boolean {
  return meta.isKeyAccount && meta.purpose === "customer";
}

/** How a meter's judged register becomes intervals. */
export function intervalOptionsOf(meta: MeteredChannel): IntervalOptions {
  return {
    periodMs: meta.periodMs,
    capacityCounts: meta.capacityCounts,
    maxCountsPerHour: meta.maxCountsPerHour,
    isSigned: meta.quantity === "net_total",
  };
}

/** A meter as the subject of a finding. */
export function subjectOf(meta: MeteredChannel): FindingSubject {
  return {
    subjectKind: "meter",
    subject: meta.meter,
    commodity: meta.commodity,
    currency: meta.currency,
    meter: meta.meter,
    dma: meta.dma,
    account: meta.account,
    isKeyAccount: meta.isKeyAccount,
    unitId: meta.unitId,
    unitPath: meta.unitPath,
  };
}

/** The account of a meter as the subject of a finding; the meter itself where it has none. */
export function accountOf(meta: MeteredChannel): FindingSubject {
  const meter = subjectOf(meta);
  return meta.account === null ? meter : { ...meter, subjectKind: "account", subject: meta.account };
}
