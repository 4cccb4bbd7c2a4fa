import type { NightState } from "../detectors/night-step.ts";
import type { District, JudgedNight } from "../district.ts";
import { flowText, type Proof } from "../evidence.ts";
import type { Family } from "./family.ts";

/** On whose side the water of a rise in night flow is. */
export type LeakSide = "network" | "customers" | "unknown";

const CLEARS = {
  en: "the night flow steps down again, or 14 nights at the new level",
  zh: "夜间流量回落，或新水平持续 14 夜",
};
const SIDE_WORDS: Readonly<Record<LeakSide, { readonly en: string; readonly zh: string }>> = {
  network: {
    en: "; the customers' meters did not rise with it: in the network",
    zh: "；用户水表未随之上升：疑在管网侧",
  },
  customers: { en: "; the customers' meters rose with it: on a customer's side", zh: "；用户水表同步上升：疑在用户侧" },
  unknown: { en: "", zh: "" },
};

/** What of the night was put down to frost, heat or a holiday, in words; empty for an ordinary night. */
function allowedText({ allowed }: NightState): { readonly en: string; readonly zh: string } {
  if (allowed <= 0) return { en: "", zh: "" };
  const flow = flowText(allowed * 1000);
  return {
    en: `; another ${flow} are put down to the weather or a holiday`,
    zh: `；另有 ${flow} 归因于天气或节假日`,
  };
}

/**
 * Whose side a rise of the night flow is on: the customers' when their meters' night use rose by half of it or more, the network's when
 * it rose by less; unknown while no balance of that night is told. Source: LEAKS 3, detector 10.
 */
export function leakSideOf(riseM3h: number, customersRiseM3h: number | null): LeakSide {
  if (customersRiseM3h === null || riseM3h <= 0) return "unknown";
  return customersRiseM3h >= riseM3h / 2 ? "customers" : "network";
}

function allowedDetail({ allowed }: NightState): { allowedM3h?: number } {
  return allowed > 0 ? { allowedM3h: allowed } : {};
}

/** What shows a step of the night flow. */
export function nightProof(district: District, night: JudgedNight): Proof {
  const { levelBefore, levelNow } = district.night;
  const [now, before] = [flowText(levelNow * 1000), flowText(levelBefore * 1000)];
  const customersRise = district.customersRiseM3h(night.startMs);
  const side = leakSideOf(levelNow - levelBefore, customersRise);
  const allowed = allowedText(district.night);
  return {
    ...stepFigures(levelNow, levelBefore, night.row.bandLowM3h, night.row.bandHighM3h, night.estimatedShare),
    reason: {
      en: `night flow ${now}, before the step ${before} (least hour from 02 to 05)${SIDE_WORDS[side].en}${allowed.en}`,
      zh: `夜间流量 ${now}，抬升前为 ${before}（02–05 时最小小时流量）${SIDE_WORDS[side].zh}${allowed.zh}`,
    },
    details: {
      completeness: night.row.completeness,
      side,
      customersRiseM3h: customersRise,
      ...allowedDetail(district.night),
    },
  };
}

/** What shows a step of a district's loss: of water at night, of gas over a day at base conditions. */
export function lossProof(district: District, night: JudgedNight, isGas: boolean): Proof {
  const { levelBefore, levelNow } = district.loss;
  const [now, before] = [flowText(levelNow * 1000), flowText(levelBefore * 1000)];
  const { lossBandHighM3h, customersCompleteness, customersNightM3h } = night.row;
  return {
    ...stepFigures(levelNow, levelBefore, null, lossBandHighM3h, night.estimatedShare),
    reason: isGas
      ? {
          en: `supply less sales over a day: ${now} at base conditions, before the step ${before}`,
          zh: `日供销差 ${now}（标况），抬升前为 ${before}`,
        }
      : {
          en: `inflow less customers from 02 to 05: ${now}, before the step ${before}; in the network`,
          zh: `02–05 时进水减用户用水 ${now}，抬升前为 ${before}；疑在管网侧`,
        },
    details: { completeness: night.row.completeness, customersCompleteness, customersNightM3h, side: "network" },
  };
}

function stepFigures(now: number, before: number, low: number | null, high: number | null, estimatedShare: number) {
  return {
    actual: now * 1000,
    expected: before * 1000,
    low: (low ?? before) * 1000,
    high: (high ?? before) * 1000,
    excess: Math.max(0, now - before) * 1000,
    isLoss: true,
    estimatedShare: Math.min(1, estimatedShare),
    clearsWhen: CLEARS,
  };
}

/** What shows that a parent meter and its children differ. */
export function familyProof({ state, children }: Pick<Family, "state" | "children">): Proof {
  const { parentM3, childrenM3, toleranceM3, openSide } = state;
  const difference = parentM3 - childrenM3;
  const percent = Math.round((100 * difference) / Math.max(parentM3, childrenM3));
  const [p, c, t] = [parentM3, childrenM3, toleranceM3].map((m3) => m3.toPrecision(3));
  const side =
    openSide >= 0
      ? { en: "a leak or an unmetered tap between them", zh: "总分表之间疑有漏水或无表用水" }
      : { en: "the parent counts too little, or a child is not behind it", zh: "总表疑计量偏低，或分表归属有误" };
  return {
    actual: (parentM3 * 1000) / 24,
    expected: (childrenM3 * 1000) / 24,
    low: ((childrenM3 - toleranceM3) * 1000) / 24,
    high: ((childrenM3 + toleranceM3) * 1000) / 24,
    excess: (Math.abs(difference) * 1000) / 24,
    isLoss: openSide >= 0,
    reason: {
      en: `the parent counted ${p} m³ a day, its ${children} children ${c} m³ (${percent > 0 ? "+" : ""}${percent} %; their classes allow ${t} m³): ${side.en}`,
      zh: `总表日均 ${p} m³，${children} 块分表合计 ${c} m³（${percent > 0 ? "+" : ""}${percent}%；表具等级允许 ${t} m³）：${side.zh}`,
    },
    clearsWhen: { en: "days in a row within what the classes allow", zh: "连续数日回到表具等级允许范围内" },
    details: { parentM3, childrenM3, toleranceM3, children, differencePercent: percent },
  };
}
