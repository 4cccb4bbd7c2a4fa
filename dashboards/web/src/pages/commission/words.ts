import { common } from "../../words/common.ts";

export const words = {
  ...common,
  title: { zh: "现场开通 {{id}}", en: "Commission {{id}}" },
  hint: {
    zh: "站在表前：放水，读三次，与表盘核对后再离开。",
    en: "At the meter: let water run, read three times, compare with the dial before you leave.",
  },
  hintGas: {
    zh: "站在表前：用气，读三次，与表盘核对后再离开。",
    en: "At the meter: let gas flow, read three times, compare with the dial before you leave.",
  },
  dial: { zh: "此刻表盘所示（{{unit}}）", en: "What the dial shows now ({{unit}})" },
  read: { zh: "抄读（第 {{no}} 次）", en: "Read ({{no}})" },
  reading: { zh: "正在抄读…", en: "Reading…" },
  readNo: { zh: "第 {{no}} 次", en: "Read {{no}}" },
  value: { zh: "抄得", en: "Read" },
  noValue: { zh: "无", en: "nothing" },
  dialShowed: { zh: "表盘", en: "Dial" },
  noAnswer: { zh: "表没有应答：检查接线、从站号与供电", en: "No answer: check wiring, unit id and power" },
  dialFits: { zh: "与表盘一致", en: "fits the dial" },
  dialFactor: {
    zh: "与表盘差 {{factor}} 倍：检查单位、脉冲当量或分辨率",
    en: "{{factor}} times off the dial: check unit, pulse weight or resolution",
  },
  dialSign: { zh: "符号相反：检查接线方向或字节序", en: "the sign is turned: check direction or byte order" },
  dialOther: {
    zh: "与表盘不符：是不是另一只表？检查从站号与寄存器",
    en: "does not fit the dial: another meter? Check unit id and register",
  },
  rises: { zh: "在走，约 {{flow}}", en: "rises, about {{flow}}" },
  stands: { zh: "未走：请放水后再读", en: "stands still: let water run and read again" },
  standsGas: { zh: "未走：请用气后再读", en: "stands still: let gas flow and read again" },
  falls: { zh: "在倒走：检查安装方向", en: "falls: check the direction of installation" },
  tooFast: { zh: "约 {{flow}}，超过 Q4：检查分辨率", en: "about {{flow}}, above Q4: check the resolution" },
  done: { zh: "三次抄读均合格，可以离开。", en: "Three good reads: you may leave." },
  doneStill: {
    zh: "三次抄读与表盘一致，但表未走动，方向未验证。",
    en: "Three good reads, but nothing ran: the direction is not proven.",
  },
  startOver: { zh: "重新开始", en: "Start over" },
  notYet: { zh: "还不能离开。", en: "Not yet." },
  failed: { zh: "命令未完成：{{why}}", en: "The command did not succeed: {{why}}" },
  toMeter: { zh: "表具页面", en: "Page of the meter" },
  noAgent: { zh: "没有终端抄这只表。先配置终端。", en: "No agent reads this meter. Configure one first." },
} as const;
