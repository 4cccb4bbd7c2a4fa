import { lowShareOf } from "./detectors/meter-size.ts";
import { litresADay } from "./detectors/reverse-flow.ts";
import { flowText, type Proof } from "./evidence.ts";
import type { SideContext } from "./side-rules.ts";
import type { SideState } from "./side-table.ts";

const DAY_MS = 86_400_000;

/** REVERSE; the money is what was counted twice or not at all. */
export function reverseProof(state: SideState, { usualLitres, tuning }: SideContext): Proof {
  const [litres, rate] = [whole(state.backLitres), litresADay(state) / 24];
  const { quietDays } = tuning.REVERSE;
  return {
    actual: -rate,
    expected: 0,
    excess: rate,
    isLoss: false,
    reason: {
      en: `${litres} L ran back through the meter, in ${state.backMoves} movements; a usual day counts ${whole(usualLitres)} L`,
      zh: `有 ${litres} 升水经水表倒流（${state.backMoves} 次）；平常日用量 ${whole(usualLitres)} 升`,
    },
    clearsWhen: { en: `${quietDays} days without more`, zh: `连续 ${quietDays} 天不再倒流` },
    details: { reverseLitres: litres, movements: state.backMoves, usualDayLitres: whole(usualLitres) },
  };
}

/** USE_INACTIVE; all of it is use that nobody pays for. */
export function idleProof(state: SideState, { tuning }: SideContext): Proof {
  const days = Math.max(1, (state.idleLastMs - state.idleSinceMs) / DAY_MS);
  const litres = whole(state.idleLitres);
  const rate = state.idleLitres / days / 24;
  const { quietDays } = tuning.USE_INACTIVE;
  return {
    actual: rate,
    expected: 0,
    excess: rate,
    isLoss: true,
    reason: {
      en: `${litres} L used in ${Math.ceil(days)} days at a point that is suspended or closed`,
      zh: `已停用或销户的用水点在 ${Math.ceil(days)} 天内用量 ${litres} 升`,
    },
    clearsWhen: {
      en: `${quietDays} days without use, or the point is active again`,
      zh: `连续 ${quietDays} 天无用量，或该用水点恢复启用`,
    },
    details: { usedLitres: litres },
  };
}

/** OVER. */
export function tooSmallProof(state: SideState, { meter, tuning }: SideContext): Proof {
  const [q3, hours] = [(meter.q3M3h ?? 0) * 1000, round1(state.overHours)];
  const overload = round1(state.overloadHours);
  return {
    actual: state.sizePeak,
    expected: null,
    high: q3,
    excess: 0,
    isLoss: false,
    reason: {
      en: `${hours} h above Q3 (${flowText(q3)}) in this month of readings, ${overload} h of them above Q4; highest ${flowText(state.sizePeak)}: the meter is too small`,
      zh: `本统计月内 ${hours} 小时超过 Q3（${flowText(q3)}），其中 ${overload} 小时超过 Q4；最高 ${flowText(state.sizePeak)}：水表偏小`,
    },
    clearsWhen: {
      en: `30 days with at most ${tuning.OVER.leastHours} h above Q3`,
      zh: `连续 30 天超过 Q3 不多于 ${tuning.OVER.leastHours} 小时`,
    },
    details: { q3M3h: meter.q3M3h, hoursAboveQ3: hours, hoursAboveQ4: overload },
  };
}

/** UNDER. */
export function tooLargeProof(state: SideState, { meter, tuning }: SideContext): Proof {
  const q3 = (meter.q3M3h ?? 0) * 1000;
  const [peak, low] = [Math.round((100 * state.sizePeak) / q3), Math.round(100 * lowShareOf(state))];
  return {
    actual: state.sizePeak,
    expected: null,
    high: q3,
    excess: 0,
    isLoss: false,
    reason: {
      en: `highest quarter-hour of 30 days ${flowText(state.sizePeak)}, ${peak} % of Q3 (${flowText(q3)}); ${low} % of the volume ran below Q1: the meter is too large`,
      zh: `30 天内最高时段 ${flowText(state.sizePeak)}，为 Q3（${flowText(q3)}）的 ${peak}%；${low}% 的用量低于 Q1：水表偏大`,
    },
    clearsWhen: {
      en: `a quarter-hour above ${Math.round(100 * tuning.UNDER.lowPeakShare)} % of Q3`,
      zh: `出现超过 Q3 的 ${Math.round(100 * tuning.UNDER.lowPeakShare)}% 的时段`,
    },
    details: { q3M3h: meter.q3M3h, peakPercentOfQ3: peak, belowQ1Percent: low },
  };
}

function whole(litres: number): number {
  return Math.round(litres);
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
