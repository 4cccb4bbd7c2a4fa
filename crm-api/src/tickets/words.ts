import type { CauseGroup, RuleCode } from "@nightflow/domain";

interface TwoTongues {
  readonly zh: string;
  readonly en: string;
}

const RULES: Readonly<Record<RuleCode, TwoTongues>> = {
  CONT_FLOW: { zh: "持续用水，疑似漏水", en: "Flow never stops, probably a leak" },
  CONT_FLOW_BIG: { zh: "大流量持续用水", en: "Large flow that never stops" },
  BURST: { zh: "疑似爆管", en: "Probable burst" },
  NIGHT_MIN: { zh: "夜间最小流量异常", en: "Night flow too high" },
  USAGE_CHANGE: { zh: "用量突变", en: "Usage changed" },
  HOURS_CHANGE: { zh: "用气时数变化", en: "Hours of use changed" },
  PRESS_CHANGE: { zh: "压力偏离", en: "Pressure drifted" },
  NO_USE: { zh: "零流量", en: "No use" },
  USE_INACTIVE: { zh: "停用户用水", en: "Use on a closed account" },
  REVERSE: { zh: "倒流", en: "Reverse flow" },
  OVER: { zh: "超量程", en: "Above the meter's range" },
  UNDER: { zh: "小流量", en: "Below the meter's range" },
  FROZEN: { zh: "表具停走", en: "Register stands still" },
  COMMS: { zh: "采集离线", en: "Not reporting" },
  DATA_GAP: { zh: "寄存器读数缺失", en: "Register readings missing" },
  TAMPER: { zh: "表具拆动", en: "Tampering" },
  DRY: { zh: "空管", en: "Pipe empty" },
  BATTERY: { zh: "电池电量低", en: "Battery low" },
  CLOCK: { zh: "时钟偏差", en: "Clock wrong" },
  DMA_LOSS: { zh: "分区漏损", en: "District loses water" },
  PARENT_CHILD: { zh: "总分表差异", en: "Main and sub-meters differ" },
  PRESS_LOW: { zh: "压力过低", en: "Pressure too low" },
  PRESS_HIGH: { zh: "压力过高", en: "Pressure too high" },
  GAS_P_DROP: { zh: "燃气压力骤降", en: "Gas pressure drops" },
  GAS_UFG: { zh: "供销差异常", en: "Gas unaccounted for" },
  POST_REPAIR: { zh: "修后流量未恢复", en: "Flow not back after repair" },
  FLOOR_RISE: { zh: "底流抬升，疑似漏水", en: "Lowest flow rose, probably a leak" },
  INTERMITTENT: { zh: "间歇漏水", en: "Leak that comes and goes" },
  UNDER_REG: { zh: "计量偏低", en: "Meter registers too little" },
  GAS_CONT: { zh: "燃气不停流", en: "Gas flow never stops" },
  PRESS_RESID: { zh: "压力残差", en: "Pressure residual" },
  LOAD_HIGH: { zh: "用量高于平常", en: "Use above the usual band" },
  LOAD_LOW: { zh: "用量骤降，疑似停产", en: "Use fell away, production may have stopped" },
  OFF_HOURS_USE: { zh: "停产时段用量", en: "Use while nobody works" },
  PEAK_LIMIT: { zh: "合同最大用量", en: "Contract maximum" },
  BUDGET_AHEAD: { zh: "月度用量超前", en: "Month ahead of its budget" },
};

const GROUPS: Readonly<Record<CauseGroup, TwoTongues>> = {
  leak: { zh: "漏损", en: "leak" },
  meter: { zh: "表具", en: "meter" },
  comms: { zh: "通讯", en: "communication" },
  usage_change: { zh: "用量变化", en: "change of usage" },
  safety: { zh: "安全", en: "safety" },
};

/** A rule in words. */
export function ruleWords(rule: RuleCode): TwoTongues {
  return RULES[rule];
}

/** A cause group in words. */
export function groupWords(group: CauseGroup): TwoTongues {
  return GROUPS[group];
}

/** Title of a finding's ticket: what, and where; `place` is empty where only the subject is known. */
export function ticketTitle(rule: RuleCode, subject: string, place: TwoTongues): TwoTongues {
  const words = RULES[rule];
  const zh = place.zh === "" ? subject : `${place.zh}（${subject}）`;
  const en = place.en === "" ? subject : `${place.en} (${subject})`;
  return { zh: `${words.zh}：${zh}`, en: `${words.en}: ${en}` };
}

/** A step's words on a finding: what, about which subject, and why or with which end. */
export function findingWords(rule: RuleCode, subject: string, what: TwoTongues): TwoTongues {
  const words = RULES[rule];
  return {
    zh: what.zh === "" ? `${words.zh} ${subject}` : `${words.zh} ${subject}：${what.zh}`,
    en: what.en === "" ? `${words.en}, ${subject}` : `${words.en}, ${subject}: ${what.en}`,
  };
}
