import type { DropParameters, DropState, PressureParameters } from "../detectors/pressure-limit.ts";
import type { Proof } from "../evidence.ts";

const NO_FLOW = { actual: null, expected: null, excess: 0, isLoss: false } as const;

/** What shows that a gauge stands outside its limit. */
export function limitProof(
  side: "low" | "high",
  kPa: number,
  { limitKPa: limit, heldMinutes }: PressureParameters,
): Proof {
  const [now, words] = [Math.round(kPa), side === "low" ? ["below", "低于"] : ["above", "高于"]];
  return {
    ...NO_FLOW,
    reason: {
      en: `${now} kPa, for ${heldMinutes} min ${words[0]} the limit of ${limit} kPa`,
      zh: `压力 ${now} kPa，持续 ${heldMinutes} 分钟${words[1]}限值 ${limit} kPa`,
    },
    clearsWhen: {
      en: `${heldMinutes} min 10 kPa inside the limit`,
      zh: `回到限值以内 10 kPa 并持续 ${heldMinutes} 分钟`,
    },
    details: { pressureKPa: now, limitKPa: limit },
  };
}

/** What shows that the pressure behind a gas regulator dropped. */
export function dropProof(state: DropState, kPa: number, p: DropParameters): Proof {
  const [drop, over] = [Math.round(p.dropShare * 100), Math.round(p.overShare * 100)];
  const level = Number(state.level.toPrecision(4));
  return {
    ...NO_FLOW,
    reason: {
      en: `outlet at ${kPa.toPrecision(3)} kPa, usually ${level} kPa: below ${drop} % for ${p.heldMinutes} min`,
      zh: `出口压力 ${kPa.toPrecision(3)} kPa，平时 ${level} kPa：持续 ${p.heldMinutes} 分钟低于 ${drop}%`,
    },
    clearsWhen: {
      en: `${p.heldMinutes} min above ${over} % of its level`,
      zh: `回升至平时的 ${over}% 以上并持续 ${p.heldMinutes} 分钟`,
    },
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
