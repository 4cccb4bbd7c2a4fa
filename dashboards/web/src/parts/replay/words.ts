import { common } from "../../words/common.ts";

export const words = {
  ...common,
  title: { zh: "过程回放：当时已知什么", en: "Replay: what was known when" },
  instant: { zh: "回放时刻", en: "Instant" },
  play: { zh: "播放", en: "Play" },
  pause: { zh: "暂停", en: "Pause" },
  stepBack: { zh: "上一事项", en: "Back" },
  stepOn: { zh: "下一事项", en: "Next" },
  keys: {
    zh: "滑块上用方向键移动；播放每秒前进一小时",
    en: "Arrow keys move the slider; playing goes an hour a second",
  },
  flowNow: { zh: "流量", en: "Flow" },
  nothingYet: { zh: "此刻之前没有任何记录。", en: "Nothing was known before this instant." },
  noReplay: { zh: "该时段没有数据可回放。", en: "There is nothing to replay in these hours." },
  nightWithin: { zh: "夜间最小流量 {{flow}}", en: "night flow {{flow}}" },
  nightAbove: { zh: "夜间最小流量 {{flow}}，高于预期上限 {{limit}}", en: "night flow {{flow}}, above {{limit}}" },
  found: { zh: "发现：{{what}}", en: "found: {{what}}" },
  ended: { zh: "结束：{{what}}", en: "ended: {{what}}" },
  ticket: { zh: "工单 {{no}}", en: "ticket {{no}}" },
  note: { zh: "值班记录", en: "shift log" },
  acknowledge: { zh: "确认报警", en: "alarm acknowledged" },
  unacknowledge: { zh: "撤销确认", en: "acknowledgement taken back" },
  shelve: { zh: "搁置报警", en: "alarm shelved" },
  unshelve: { zh: "恢复报警", en: "alarm told again" },
  takeOn: { zh: "接手", en: "taken on" },
  escalate: { zh: "超时未确认，再次提示", en: "told again: nobody looked in time" },
  falseAlarm: { zh: "判定为误报", en: "called a false alarm" },
  planned: { zh: "判定为计划用水", en: "called planned use" },
  report: { zh: "人工报告", en: "reported by a person" },
} as const;

/** The words of what the audit trail says was done. */
export const ACTION_WORDS: ReadonlyMap<string, keyof typeof words> = new Map([
  ["alarm.acknowledge", "acknowledge"],
  ["alarm.unacknowledge", "unacknowledge"],
  ["alarm.shelve", "shelve"],
  ["alarm.unshelve", "unshelve"],
  ["alarm.take_on", "takeOn"],
  ["alarm.escalate", "escalate"],
  ["anomaly.false_alarm", "falseAlarm"],
  ["anomaly.planned", "planned"],
  ["anomaly.report", "report"],
]);
