import type { RuleCode, SubjectKind } from "@nightflow/domain";

/** Where a finding's cause lies. */
export type CauseSide = "customer" | "network" | "meter" | "comms";

/** What is known about a finding and what is around it. Flows in m³/h, changes as shares of what was before; null: not known. */
export interface CauseFacts {
  readonly rule: RuleCode;
  readonly subjectKind: SubjectKind;
  /** Minimum night flow of the district above what was expected. */
  readonly districtRiseM3h: number | null;
  /** How far a night may lie above what is expected and still be ordinary. */
  readonly districtBandM3h: number | null;
  /** The night flow that was expected. */
  readonly districtExpectedM3h: number | null;
  /** Mean inflow of a whole day above that of the days before. */
  readonly dayRiseM3h: number | null;
  /** Mean inflow of the days before. */
  readonly dayBeforeM3h: number | null;
  /** Change of what all customers use in a day. */
  readonly customersChange: number | null;
  /** Change of the lowest night pressure. */
  readonly pressureChange: number | null;
  /** Customers with a night flow before and after. */
  readonly customersMeasured: number;
  readonly customers: number;
  /** Those whose night flow rose, most first. */
  readonly customerRises: readonly { readonly meterId: string; readonly riseM3h: number }[];
  /** The agent that reads the subject, where anything about it is silent. */
  readonly agent: { readonly id: string; readonly silent: number; readonly meters: number } | null;
}

/** A cause with what speaks for it. */
export interface ProbableCause {
  readonly side: CauseSide;
  /** 0 to 1. */
  readonly confidence: number;
  readonly reasons: readonly { readonly zh: string; readonly en: string }[];
  /** The customer's meter or the agent that it points to. */
  readonly pointsTo: string | null;
}

const SAME_RISE_LEAST = 0.7;
const SAME_RISE_MOST = 1.4;
const FEW_RISES = 0.3;
const ENOUGH_CUSTOMERS = 0.9;
const UNCHANGED = 0.03;
const UNCHANGED_USE = 0.1;
const CLEAR_RISE = 0.1;

/**
 * The probable causes of a finding, the likeliest first; rules over facts, each with its reason.
 *
 * The district's night flow and one customer's rose alike: customer side. Only the district's: network. An inlet that
 * shows more at unchanged pressure and use, by day in proportion as by night: its meter (a leak adds, a faulty meter
 * multiplies). All meters of one agent silent: communication.
 *
 * Null case: empty when the facts speak for nothing.
 *
 * @see DOMAIN 3.4, "Cause assistance"
 */
export function probableCauses(facts: CauseFacts): ProbableCause[] {
  const causes = [commsCause(facts), customerCause(facts), networkCause(facts), inletMeterCause(facts)];
  return causes.flatMap((cause) => cause ?? []).sort((a, b) => b.confidence - a.confidence);
}

function commsCause({ agent }: CauseFacts): ProbableCause | null {
  if (agent === null || agent.silent < 2) return null;
  const { id, silent, meters } = agent;
  if (silent < meters / 2) return null;
  const reason = {
    zh: `终端 ${id} 的 ${meters} 块表中 ${silent} 块没有上报`,
    en: `${silent} of the ${meters} meters of agent ${id} are silent`,
  };
  return { side: "comms", confidence: silent === meters ? 0.95 : 0.6, reasons: [reason], pointsTo: id };
}

function customerCause(facts: CauseFacts): ProbableCause | null {
  const rise = risenDistrict(facts);
  const [first] = facts.customerRises;
  if (first === undefined || rise === null) return ownMeterCause(facts);
  const ratio = first.riseM3h / rise;
  if (ratio < SAME_RISE_LEAST || ratio > SAME_RISE_MOST) return ownMeterCause(facts);
  const reasons = [
    districtRose(rise),
    {
      zh: `用户表 ${first.meterId} 的夜间流量同样上升 ${flow(first.riseM3h)}`,
      en: `the night flow of meter ${first.meterId} rose as much, by ${flow(first.riseM3h)}`,
    },
  ];
  return { side: "customer", confidence: 0.9 - 0.4 * Math.abs(1 - ratio), reasons, pointsTo: first.meterId };
}

/** What flows through a customer's meter flows behind it, whatever the district says. */
function ownMeterCause({ subjectKind, customerRises, rule }: CauseFacts): ProbableCause | null {
  const [first] = customerRises;
  if (subjectKind !== "meter" || first === undefined || rule === "COMMS") return null;
  const reason = {
    zh: `流量经过用户自己的表 ${first.meterId}，夜间上升 ${flow(first.riseM3h)}，分区上看不出来`,
    en: `the flow passes the customer's own meter ${first.meterId} (night flow up by ${flow(first.riseM3h)}); the district does not show it`,
  };
  return { side: "customer", confidence: 0.65, reasons: [reason], pointsTo: first.meterId };
}

function networkCause(facts: CauseFacts): ProbableCause | null {
  const rise = risenDistrict(facts);
  if (rise === null || facts.subjectKind !== "dma") return null;
  const told = facts.customerRises.reduce((sum, { riseM3h }) => sum + riseM3h, 0);
  if (told > FEW_RISES * rise) return null;
  const isKnown = facts.customers > 0 && facts.customersMeasured >= ENOUGH_CUSTOMERS * facts.customers;
  const reasons = [
    districtRose(rise),
    isKnown
      ? {
          zh: `${facts.customersMeasured} 个用户的夜间流量合计只上升 ${flow(told)}`,
          en: `its ${facts.customersMeasured} customers rose by ${flow(told)} in all`,
        }
      : {
          zh: `只有 ${facts.customersMeasured}/${facts.customers} 个用户有夜间数据，用户侧不能排除`,
          en: `only ${facts.customersMeasured} of ${facts.customers} customers were measured at night, so their side is not ruled out`,
        },
  ];
  const hasFallen = facts.pressureChange !== null && facts.pressureChange < -UNCHANGED;
  if (hasFallen) reasons.push(pressureWords(facts.pressureChange ?? 0));
  return { side: "network", confidence: (isKnown ? 0.75 : 0.45) + (hasFallen ? 0.15 : 0), reasons, pointsTo: null };
}

function inletMeterCause(facts: CauseFacts): ProbableCause | null {
  const { dayRiseM3h, dayBeforeM3h, customersChange, pressureChange, subjectKind } = facts;
  if (subjectKind !== "dma" || dayRiseM3h === null || !dayBeforeM3h || customersChange === null) return null;
  const dayShare = dayRiseM3h / dayBeforeM3h;
  if (dayShare < CLEAR_RISE || Math.abs(customersChange) > UNCHANGED_USE) return null;
  if (pressureChange !== null && Math.abs(pressureChange) > UNCHANGED) return null;
  const isProportional = growsInProportion(facts, dayShare);
  const reasons = [
    { zh: `进水量上升 ${percent(dayShare)}`, en: `the inlet shows ${percent(dayShare)} more in a day` },
    {
      zh: `用户用水基本不变（${percent(customersChange)}）`,
      en: `customers use the same (${percent(customersChange)})`,
    },
    pressureChange === null
      ? { zh: "没有压力数据可核对", en: "there is no pressure to check it by" }
      : pressureWords(pressureChange),
    ...(isProportional
      ? [
          {
            zh: "夜间与全天按同一比例上升：漏水是相加，表计误差是相乘",
            en: "night and day rose by the same share: a leak adds, a faulty meter multiplies",
          },
        ]
      : []),
  ];
  const base = pressureChange === null ? 0.3 : 0.45;
  return { side: "meter", confidence: base + (isProportional ? 0.35 : 0), reasons, pointsTo: null };
}

function growsInProportion(facts: CauseFacts, dayShare: number): boolean {
  const { districtRiseM3h, districtExpectedM3h } = facts;
  if (districtRiseM3h === null || !districtExpectedM3h) return false;
  return Math.abs(districtRiseM3h / districtExpectedM3h - dayShare) <= FEW_RISES * dayShare;
}

/** The rise of the district's night flow where it is more than its ordinary unsteadiness. */
function risenDistrict({ districtRiseM3h, districtBandM3h }: CauseFacts): number | null {
  if (districtRiseM3h === null || districtRiseM3h <= 0) return null;
  return districtRiseM3h > (districtBandM3h ?? 0) ? districtRiseM3h : null;
}

function districtRose(riseM3h: number) {
  return {
    zh: `分区夜间最小流量高于预期 ${flow(riseM3h)}`,
    en: `the district's minimum night flow is ${flow(riseM3h)} above what was expected`,
  };
}

function pressureWords(change: number) {
  return Math.abs(change) <= UNCHANGED
    ? { zh: `压力不变（${percent(change)}）`, en: `the pressure is unchanged (${percent(change)})` }
    : { zh: `夜间压力变化 ${percent(change)}`, en: `the night pressure changed by ${percent(change)}` };
}

function flow(m3h: number): string {
  return `${m3h >= 10 ? m3h.toFixed(1) : m3h.toFixed(m3h >= 1 ? 2 : 3)} m³/h`;
}

function percent(share: number): string {
  const whole = Math.round(share * 100);
  return `${whole > 0 ? "+" : ""}${whole === 0 ? 0 : whole} %`;
}
