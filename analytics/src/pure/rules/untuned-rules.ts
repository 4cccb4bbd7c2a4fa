import type { RuleEntry } from "./entry.ts";

/** Rules whose limits are fixed, or are set elsewhere. */
export const UNTUNED_RULES: readonly RuleEntry[] = [
  {
    code: "COMMS",
    name: { zh: "通信中断", en: "Silent" },
    subject: "meter",
    finds: { zh: "表或终端长时间无读数", en: "a meter or an agent that is not heard" },
    nullCase: { zh: "从未收到过读数", en: "never heard" },
    source: "DOMAIN 3.4; analytics.silentAfterHours",
    parameters: {},
  },
  {
    code: "DATA_GAP",
    name: { zh: "寄存器读数缺失", en: "Register readings missing" },
    subject: "meter",
    finds: {
      zh: "表有上报，但寄存器超过 5 天没有有效读数",
      en: "a meter that is heard, whose register had no good reading for 5 days",
    },
    nullCase: { zh: "离线的表；从未有过有效读数的寄存器", en: "silent meters; registers that were never read well" },
    source: "LEAKS 4, missing",
    parameters: {},
  },
  {
    code: "FROZEN",
    name: { zh: "成批停走", en: "Many stand still at once" },
    subject: "agent",
    finds: {
      zh: "同一终端或分区的多只水表自同一天起不走，合为一个事件",
      en: "meters of one agent or district that stand still since the same day, as one event",
    },
    nullCase: {
      zh: "少于 5 只或不足 2%；平常用量未知的表",
      en: "fewer than 5 or under 2 %; meters whose usual use is not known",
    },
    source: "DOMAIN 3.4; LEAKS 3 #6",
    parameters: {},
  },
  {
    code: "PRESS_RESID",
    name: { zh: "压力残差", en: "Pressure beside others" },
    subject: "dma",
    finds: { zh: "测点相对区内其他测点偏低", en: "a gauge that falls beside the others of its district" },
    nullCase: { zh: "前 7 天；只有一个测点", en: "the first 7 days; one gauge alone" },
    source: "LILA (BattLeDIM 2020)",
    parameters: {},
  },
];
