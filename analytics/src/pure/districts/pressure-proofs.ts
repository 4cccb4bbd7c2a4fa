import { type DropState, PRESSURE_LIMITS } from "../detectors/pressure-limit.ts";
import type { Proof } from "../evidence.ts";

const NO_FLOW = { actual: null, expected: null, excess: 0, isLoss: false } as const;

/** What shows that a gauge stands outside its limit. */
export function limitProof(side: "low" | "high", kPa: number): Proof {
  const limit = side === "low" ? PRESSURE_LIMITS.lowKPa : PRESSURE_LIMITS.highKPa;
  const [now, words] = [Math.round(kPa), side === "low" ? ["below", "低于"] : ["above", "高于"]];
  return {
    ...NO_FLOW,
    reason: {
      en: `${now} kPa, for half an hour ${words[0]} the limit of ${limit} kPa`,
      zh: `压力 ${now} kPa，持续半小时${words[1]}限值 ${limit} kPa`,
    },
    clearsWhen: { en: "half an hour 10 kPa inside the limit", zh: "回到限值以内 10 kPa 并持续半小时" },
    details: { pressureKPa: now, limitKPa: limit },
  };
}

/** What shows that the pressure behind a gas regulator dropped. */
export function dropProof(state: DropState, kPa: number): Proof {
  const level = Number(state.level.toPrecision(4));
  return {
    ...NO_FLOW,
    reason: {
      en: `outlet at ${kPa.toPrecision(3)} kPa, usually ${level} kPa: below 70 % for half an hour`,
      zh: `出口压力 ${kPa.toPrecision(3)} kPa，平时 ${level} kPa：持续半小时低于 70%`,
    },
    clearsWhen: { en: "half an hour above 85 % of its level", zh: "回升至平时的 85% 以上并持续半小时" },
    details: { pressureKPa: kPa, levelKPa: level },
  };
}

/** What shows that a gauge stands too low beside the others of its district. */
export function pairProof(gauge: string, beside: number): Proof {
  return {
    ...NO_FLOW,
    reason: {
      en: `${gauge} has fallen beside ${beside} other gauge${beside === 1 ? "" : "s"} of the district: look near it first`,
      zh: `${gauge} 相对区内其他 ${beside} 个测点压力偏低：请先在其附近检漏`,
    },
    clearsWhen: {
      en: "a day without a gauge too low, or 14 days at the new level",
      zh: "一天内无测点偏低，或新水平持续 14 天",
    },
    details: { gauge, besideGauges: beside },
  };
}
