import { useTranslation } from "react-i18next";
import type { components } from "../api/generated/schema.d.ts";
import type { Language } from "./index.ts";

type Schemas = components["schemas"];
type Word = Readonly<Record<Language, string>>;
type Words<Key extends string> = Readonly<Record<Key, Word>>;

export type AnomalyState = Schemas["AnomalyRow"]["state"];
export type CauseGroup = Schemas["AnomalyRow"]["causeGroup"];
export type OutcomeCode = NonNullable<Schemas["AnomalyRow"]["outcome"]>;
export type AlarmState = Schemas["Alarm"]["state"];
export type AlarmPriority = Schemas["Alarm"]["priority"];
export type PlannedWorkKind = Schemas["PlannedWork"]["kind"];
export type TicketState = Schemas["TicketRow"]["state"];
export type TicketKind = Schemas["TicketRow"]["kind"];
export type TicketClock = Schemas["TicketRow"]["resolveClock"];
export type CollectionStatus = Schemas["MeterRow"]["status"];
export type FollowUpResult = NonNullable<Schemas["TicketDetail"]["followUpResult"]>;
export type FollowUpExemption = NonNullable<Schemas["TicketDetail"]["followUpExemption"]>;

export type Flag = Schemas["IntervalRow"]["flags"][number];
export type VeeRule = Schemas["VeeNoteRow"]["rule"];
export type EstimateMethod = NonNullable<Schemas["IntervalRow"]["method"]>;
export type EditMethod = Schemas["IntervalEditInput"]["method"];
export type IntervalQuality = Schemas["IntervalRow"]["quality"];
export type RevisionKind = Schemas["RevisionRow"]["kind"];

/** The field's words for every state and kind (DOMAIN 3.6, 3.8, 3.16). One that is missing fails the type check. */
const VOCABULARY = {
  anomalyState: {
    candidate: { zh: "候选", en: "candidate" },
    open: { zh: "待处理", en: "open" },
    investigating: { zh: "核查中", en: "investigating" },
    field_work: { zh: "现场处理", en: "field work" },
    monitoring: { zh: "修后观察", en: "monitoring" },
    closed: { zh: "已闭环", en: "closed" },
    past: { zh: "历史", en: "past" },
    withdrawn: { zh: "已撤回", en: "withdrawn" },
    auto_closed: { zh: "自动恢复", en: "ended by itself" },
    false_alarm: { zh: "误报", en: "false alarm" },
    planned: { zh: "计划用水", en: "planned use" },
    merged: { zh: "已合并", en: "merged" },
  } satisfies Words<AnomalyState>,
  alarmState: {
    active_unack: { zh: "未确认", en: "not acknowledged" },
    active_ack: { zh: "已确认", en: "acknowledged" },
    cleared_unack: { zh: "已恢复未确认", en: "ended, not seen" },
    cleared_ack: { zh: "已恢复已确认", en: "ended, seen" },
    shelved: { zh: "已搁置", en: "shelved" },
    suppressed: { zh: "计划作业抑制", en: "held back by planned work" },
    out_of_service: { zh: "停用", en: "out of service" },
  } satisfies Words<AlarmState>,
  alarmPriority: {
    safety: { zh: "安全", en: "safety" },
    critical: { zh: "紧急", en: "critical" },
    major: { zh: "重要", en: "major" },
    minor: { zh: "次要", en: "minor" },
    info: { zh: "提示", en: "for information" },
  } satisfies Words<AlarmPriority>,
  plannedWorkKind: {
    works: { zh: "计划作业", en: "planned work" },
    out_of_service: { zh: "停用", en: "out of service" },
  } satisfies Words<PlannedWorkKind>,
  causeGroup: {
    leak: { zh: "漏损", en: "leak" },
    meter: { zh: "表具", en: "meter" },
    comms: { zh: "通讯", en: "communication" },
    usage_change: { zh: "用量变化", en: "change of usage" },
    safety: { zh: "安全", en: "safety" },
  } satisfies Words<CauseGroup>,
  outcome: {
    confirmed_leak_network: { zh: "确认：管网漏损", en: "leak in the network" },
    confirmed_leak_customer: { zh: "确认：用户侧漏水", en: "leak at the customer" },
    burst: { zh: "爆管", en: "burst" },
    meter_fault: { zh: "表具故障", en: "meter fault" },
    comms_fault: { zh: "通讯故障", en: "communication fault" },
    data_error: { zh: "数据错误", en: "data error" },
    planned_change: { zh: "计划变更", en: "planned change" },
    fire_or_flush: { zh: "消防或冲洗", en: "fire or flushing" },
    theft: { zh: "偷盗用水", en: "theft" },
    normal_use: { zh: "正常用水", en: "normal use" },
    unknown: { zh: "原因不明", en: "unknown" },
  } satisfies Words<OutcomeCode>,
  ticketState: {
    new: { zh: "待受理", en: "new" },
    accepted: { zh: "已受理", en: "accepted" },
    in_progress: { zh: "处理中", en: "in progress" },
    waiting_customer: { zh: "待客户", en: "waiting for customer" },
    waiting_third: { zh: "待第三方", en: "waiting for others" },
    waiting_parts: { zh: "待料", en: "waiting for parts" },
    resolved: { zh: "已办结", en: "resolved" },
    follow_up: { zh: "待回访", en: "follow-up" },
    closed: { zh: "已闭环", en: "closed" },
    reopened: { zh: "已重开", en: "reopened" },
    cancelled: { zh: "已取消", en: "cancelled" },
    duplicate: { zh: "重复", en: "duplicate" },
  } satisfies Words<TicketState>,
  ticketMove: {
    new: { zh: "退回待受理", en: "Back to new" },
    accepted: { zh: "受理", en: "Accept" },
    in_progress: { zh: "开始处理", en: "Start work" },
    waiting_customer: { zh: "待客户", en: "Wait for customer" },
    waiting_third: { zh: "待第三方", en: "Wait for others" },
    waiting_parts: { zh: "待料", en: "Wait for parts" },
    resolved: { zh: "办结", en: "Resolve" },
    follow_up: { zh: "转回访", en: "Hand to follow-up" },
    closed: { zh: "闭环", en: "Close ticket" },
    reopened: { zh: "重开", en: "Reopen" },
    cancelled: { zh: "取消工单", en: "Cancel ticket" },
    duplicate: { zh: "标为重复", en: "Mark as duplicate" },
  } satisfies Words<TicketState>,
  ticketKind: {
    enquiry: { zh: "咨询", en: "enquiry" },
    fault: { zh: "报修", en: "fault" },
    complaint: { zh: "投诉", en: "complaint" },
    anomaly: { zh: "异常", en: "event" },
    contact: { zh: "客户沟通", en: "contact" },
  } satisfies Words<TicketKind>,
  ticketClock: {
    met: { zh: "已按时", en: "met" },
    due: { zh: "未到期", en: "due" },
    at_risk: { zh: "临期", en: "at risk" },
    breached: { zh: "已超时", en: "overdue" },
    paused: { zh: "暂停计时", en: "paused" },
  } satisfies Words<TicketClock>,
  collectionStatus: {
    good: { zh: "正常", en: "reporting" },
    late: { zh: "迟报", en: "late" },
    silent: { zh: "离线", en: "silent" },
    never: { zh: "从未上报", en: "never reported" },
  } satisfies Words<CollectionStatus>,
  followUpResult: {
    satisfied: { zh: "满意", en: "satisfied" },
    neutral: { zh: "一般", en: "neutral" },
    unsatisfied: { zh: "不满意（将重开工单）", en: "not satisfied (reopens the ticket)" },
  } satisfies Words<FollowUpResult>,
  followUpExemption: {
    unreachable: { zh: "无法联系（两天内三次）", en: "unreachable (three attempts on two days)" },
    anonymous: { zh: "匿名", en: "anonymous" },
    internal: { zh: "内部工单", en: "internal" },
  } satisfies Words<FollowUpExemption>,
  noTicketReason: {
    past: { zh: "始于导入的历史数据", en: "it began in imported history" },
    below_threshold: { zh: "低于开单阈值", en: "it is worth less than a ticket" },
    over: { zh: "读数迟到，到达时已结束", en: "it was over before its readings came" },
  },
  flag: {
    gap: { zh: "缺读", en: "gap" },
    duplicate: { zh: "重复", en: "duplicate" },
    out_of_order: { zh: "迟到", en: "late" },
    future_time: { zh: "时间超前", en: "in the future" },
    clock_shift: { zh: "时钟偏差", en: "clock off" },
    spike: { zh: "尖峰", en: "spike" },
    negative: { zh: "负用量", en: "negative" },
    rollover: { zh: "满位归零", en: "roll-over" },
    frozen: { zh: "停走", en: "stuck" },
    flat: { zh: "恒定值", en: "constant" },
    high: { zh: "偏高", en: "high" },
    low: { zh: "偏低", en: "low" },
    zero: { zh: "零", en: "zero" },
    sum_mismatch: { zh: "总和不符", en: "sum does not match" },
    unit_mismatch: { zh: "单位不符", en: "unit does not match" },
    multiplier_mismatch: { zh: "倍率不符", en: "multiplier does not match" },
    reverse: { zh: "倒流", en: "reverse" },
    over_q4: { zh: "超过 Q4", en: "over Q4" },
    under_q1: { zh: "低于 Q1", en: "under Q1" },
    comms_error: { zh: "通讯错误", en: "communication error" },
    device_alarm: { zh: "表具报警", en: "device alarm" },
    exchange: { zh: "换表", en: "exchange" },
    planned: { zh: "计划用水", en: "planned" },
    interpolated: { zh: "内插", en: "interpolated" },
    conflict: { zh: "冲突", en: "conflict" },
    over_digits: { zh: "超出位数", en: "over the digits" },
    timeout: { zh: "超时", en: "timed out" },
    exception: { zh: "表具拒绝", en: "refused by the device" },
    sentinel: { zh: "无效标记值", en: "marked as no value" },
    disconnected: { zh: "未连接", en: "not connected" },
    not_a_number: { zh: "非数值", en: "not a number" },
    bad_status: { zh: "状态不良", en: "bad status" },
  } satisfies Words<Flag>,
  veeRule: {
    time: { zh: "时钟检查", en: "clock" },
    duplicate: { zh: "重复读数", en: "duplicate" },
    gap: { zh: "缺读", en: "gap" },
    sum: { zh: "总和检查", en: "sum check" },
    spike: { zh: "尖峰", en: "spike" },
    over_limit: { zh: "超过 Q4", en: "over Q4" },
    negative: { zh: "负用量", en: "negative" },
    reverse: { zh: "倒流", en: "reverse flow" },
    rollover: { zh: "满位归零", en: "roll-over" },
    exchange: { zh: "换表", en: "exchange" },
    stuck: { zh: "停走", en: "stuck" },
    constant: { zh: "恒定值", en: "constant value" },
    jump: { zh: "相邻时段跳变", en: "jump between intervals" },
    peak_high: { zh: "峰值偏高", en: "high peak" },
    usage_high: { zh: "用量偏高", en: "high usage" },
    usage_low: { zh: "用量偏低", en: "low usage" },
    event: { zh: "设备事件", en: "device event" },
    estimated_share: { zh: "未读比例", en: "share not read" },
  } satisfies Words<VeeRule>,
  estimateMethod: {
    true_zero: { zh: "真实零用量", en: "true zero" },
    linear: { zh: "直线", en: "straight line" },
    like_day: { zh: "同类日平均", en: "average like day" },
    class_profile: { zh: "类别曲线", en: "class profile" },
  } satisfies Words<EstimateMethod>,
  editMethod: {
    manual: { zh: "逐时段填写", en: "by hand" },
    like_day: { zh: "同类日平均", en: "average like day" },
    linear: { zh: "平均分摊", en: "evenly" },
    class_profile: { zh: "类别曲线", en: "class profile" },
    zero: { zh: "无用量", en: "no flow" },
    missing: { zh: "作废，无用量数据", en: "void: no volume" },
  } satisfies Words<EditMethod>,
  intervalQuality: {
    good: { zh: "正常", en: "good" },
    estimated: { zh: "估算", en: "estimated" },
    edited: { zh: "已修正", en: "edited" },
    suspect: { zh: "可疑", en: "suspect" },
    missing: { zh: "缺失", en: "missing" },
    invalid: { zh: "作废", en: "void" },
  } satisfies Words<IntervalQuality>,
  revisionKind: {
    late: { zh: "迟到读数", en: "late readings" },
    edit: { zh: "修正", en: "edit" },
    undo: { zh: "撤销修正", en: "edit undone" },
  } satisfies Words<RevisionKind>,
  commodity: { water: { zh: "水", en: "water" }, gas: { zh: "燃气", en: "gas" } },
  purpose: {
    customer: { zh: "用户表", en: "customer meter" },
    dma: { zh: "分区表", en: "district meter" },
    station: { zh: "站点表", en: "station meter" },
  },
  /** Usual categories of use; a utility's own codes are shown as they are. */
  useCategory: {
    residential: { zh: "居民", en: "residential" },
    non_residential: { zh: "非居民", en: "non-residential" },
    commercial: { zh: "商业", en: "commercial" },
    industrial: { zh: "工业", en: "industrial" },
    administrative: { zh: "行政事业", en: "public institution" },
    special: { zh: "特种行业", en: "special industry" },
  },
  role: {
    admin: { zh: "系统管理员", en: "administrator" },
    collector: { zh: "采集员", en: "collection operator" },
    control: { zh: "调度员", en: "control-room operator" },
    manager: { zh: "客户经理", en: "account manager" },
    desk: { zh: "服务台", en: "service desk" },
    auditor: { zh: "审计员", en: "auditor" },
  },
} as const;

type Vocabulary = typeof VOCABULARY;

/** Keys of one part of the vocabulary, in its order: for filters and choices. */
export function vocabularyKeys<Part extends keyof Vocabulary>(part: Part): (keyof Vocabulary[Part] & string)[] {
  return Object.keys(VOCABULARY[part]) as (keyof Vocabulary[Part] & string)[];
}

/** `word("ticketState", "new")` in the reader's language. */
export type WordOf = <Part extends keyof Vocabulary>(part: Part, key: keyof Vocabulary[Part] & string) => string;

/** The name of a category of use; a code of the utility's own as it is. */
export function categoryName(code: string, word: WordOf): string {
  const known = vocabularyKeys("useCategory").find((key) => key === code);
  return known === undefined ? code : word("useCategory", known);
}

/** The vocabulary in the chosen language, and `pick` for texts that carry both. */
export function useVocabulary(): {
  readonly word: WordOf;
  readonly pick: (words: Word) => string;
  readonly language: Language;
} {
  const { i18n } = useTranslation();
  const language: Language = i18n.language === "en" ? "en" : "zh";
  return {
    language,
    word: (part, key) => (VOCABULARY[part] as Readonly<Record<string, Word>>)[key]?.[language] ?? key,
    pick: (words) => words[language],
  };
}
