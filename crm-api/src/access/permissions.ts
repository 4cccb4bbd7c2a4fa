import type { Role } from "@nightflow/domain";

/** What damage a right can do in the wrong hands. */
export type PermissionRisk = "low" | "mid" | "high";

interface PermissionEntry {
  readonly zh: string;
  readonly en: string;
  readonly area: string;
  readonly risk: PermissionRisk;
}

/** Every right of the platform, `area.resource.verb`. Each route needs exactly one of them. */
export const PERMISSIONS = {
  "public.any.use": { zh: "无需登录", en: "Without sign-in", area: "public", risk: "low" },
  "session.own.use": { zh: "使用本人会话", en: "Use one's own session", area: "session", risk: "low" },
  "monitor.overview.read": { zh: "查看监控总览", en: "See the control room", area: "monitor", risk: "low" },
  "monitor.dma.read": { zh: "查看分区计量", en: "See districts", area: "monitor", risk: "low" },
  "monitor.event.read": { zh: "查看异常事件", en: "See findings", area: "monitor", risk: "low" },
  "monitor.event.judge": { zh: "判定误报或计划用水", en: "Judge findings", area: "monitor", risk: "mid" },
  "monitor.alarm.ack": { zh: "确认报警", en: "Acknowledge alarms", area: "monitor", risk: "low" },
  "monitor.alarm.shelve": { zh: "搁置报警", en: "Shelve alarms", area: "monitor", risk: "mid" },
  "monitor.work.plan": { zh: "登记计划作业", en: "Plan work on the network", area: "monitor", risk: "mid" },
  "monitor.holiday.edit": { zh: "维护节假日", en: "Keep the holidays", area: "monitor", risk: "mid" },
  "monitor.rule.read": {
    zh: "查看检测规则",
    en: "See the rules and how often they are right",
    area: "monitor",
    risk: "low",
  },
  "monitor.rule.tune": { zh: "试算并调整检测规则", en: "Try and set the rules", area: "monitor", risk: "high" },
  "monitor.shift.read": { zh: "查看值班日志", en: "Read the shift log", area: "monitor", risk: "low" },
  "monitor.shift.write": {
    zh: "填写值班日志与交接班",
    en: "Write the shift log, hand over",
    area: "monitor",
    risk: "low",
  },
  "meter.meter.read": { zh: "查看表具与读数", en: "See meters and readings", area: "meter", risk: "low" },
  "meter.curve.export": { zh: "导出用量曲线", en: "Export usage curves", area: "meter", risk: "mid" },
  "vee.interval.edit": { zh: "修正时段用量", en: "Edit intervals", area: "vee", risk: "mid" },
  "collection.status.read": { zh: "查看采集状态", en: "See the state of collection", area: "collection", risk: "low" },
  "collection.agent.read": { zh: "查看采集终端", en: "See edge agents", area: "collection", risk: "low" },
  "collection.set_aside.read": { zh: "查看隔离数据", en: "See readings set aside", area: "collection", risk: "low" },
  "operations.health.read": {
    zh: "查看平台运行状态",
    en: "See how the platform runs",
    area: "operations",
    risk: "low",
  },
  "operations.feed.forget": {
    zh: "移除停用的读数流读者",
    en: "Remove a reader of the feed that is gone",
    area: "operations",
    risk: "high",
  },
  "enrolment.agent.read": { zh: "查看终端入网", en: "See how agents joined", area: "enrolment", risk: "low" },
  "enrolment.token.make": { zh: "签发入网令牌", en: "Make tokens for agents", area: "enrolment", risk: "high" },
  "enrolment.request.decide": { zh: "审批终端入网", en: "Approve or reject agents", area: "enrolment", risk: "high" },
  "enrolment.agent.revoke": { zh: "吊销终端", en: "Revoke agents", area: "enrolment", risk: "high" },
  "collection.set_aside.decide": {
    zh: "处理隔离数据",
    en: "Decide about readings set aside",
    area: "collection",
    risk: "mid",
  },
  "collection.config.read": {
    zh: "查看终端配置",
    en: "See the configurations of agents",
    area: "collection",
    risk: "low",
  },
  "collection.config.edit": {
    zh: "修改终端配置",
    en: "Change the configurations of agents",
    area: "collection",
    risk: "high",
  },
  "collection.command.read": { zh: "查看终端命令", en: "See commands to agents", area: "collection", risk: "low" },
  "collection.command.order": {
    zh: "下发补抄与重试命令",
    en: "Have meters read and lines tried",
    area: "collection",
    risk: "mid",
  },
  "collection.certificate.decide": {
    zh: "信任或拒绝设备证书",
    en: "Trust or reject certificates of devices",
    area: "collection",
    risk: "high",
  },
  "collection.valve.order": {
    zh: "申请远程阀控",
    en: "Ask for a valve to be turned",
    area: "collection",
    risk: "high",
  },
  "collection.valve.approve": {
    zh: "审批远程阀控",
    en: "Approve the turning of a valve",
    area: "collection",
    risk: "high",
  },
  "collection.valve.override": {
    zh: "对受保护用水点阀控",
    en: "Ask for a valve of a protected place",
    area: "collection",
    risk: "high",
  },
  "collection.device.edit": { zh: "维护第三方设备", en: "Edit profiles of devices", area: "collection", risk: "mid" },
  "ticket.ticket.read": { zh: "查看工单", en: "See tickets", area: "ticket", risk: "low" },
  "ticket.ticket.move": { zh: "处理工单", en: "Move tickets", area: "ticket", risk: "mid" },
  "ticket.ticket.assign": { zh: "指派工单", en: "Assign tickets", area: "ticket", risk: "mid" },
  "ticket.ticket.note": { zh: "工单备注", en: "Note on tickets", area: "ticket", risk: "low" },
  "account.account.read": { zh: "查看大客户", en: "See key accounts", area: "account", risk: "mid" },
  "account.terms.edit": {
    zh: "维护大客户日历与阈值",
    en: "Edit calendars and thresholds of key accounts",
    area: "account",
    risk: "mid",
  },
  "report.usage.read": { zh: "查看用量报告", en: "See usage reports", area: "report", risk: "mid" },
  "report.usage.order": { zh: "生成用量报告", en: "Order usage reports", area: "report", risk: "low" },
  "live.event.read": { zh: "接收实时事件", en: "Receive live events", area: "live", risk: "low" },
  "system.job.read": { zh: "查看后台任务", en: "See jobs", area: "system", risk: "low" },
  "system.job.retry": { zh: "重试后台任务", en: "Retry jobs", area: "system", risk: "mid" },
  "system.user.read": { zh: "查看用户", en: "See users", area: "system", risk: "low" },
  "system.audit.read": { zh: "查看审计记录", en: "Read the audit trail", area: "system", risk: "mid" },
} as const satisfies Record<string, PermissionEntry>;

/** The key of a right. */
export type Permission = keyof typeof PERMISSIONS;

/** Every permission key, in the catalogue's order. */
export const PERMISSION_KEYS = Object.keys(PERMISSIONS) as [Permission, ...Permission[]];

/** The rights that need no sign-in. */
export const PUBLIC_PERMISSION: Permission = "public.any.use";

const EVERYONE = ["public.any.use", "session.own.use", "live.event.read"] as const;
const METERS = ["meter.meter.read", "meter.curve.export"] as const;
const MONITOR = ["monitor.overview.read", "monitor.dma.read", "monitor.event.read"] as const;
const ALARMS = [
  "monitor.event.judge",
  "monitor.alarm.ack",
  "monitor.alarm.shelve",
  "monitor.work.plan",
  "monitor.holiday.edit",
  "monitor.shift.read",
  "monitor.shift.write",
  "monitor.rule.read",
  "monitor.rule.tune",
] as const;
const SET_ASIDE = ["collection.set_aside.decide", "collection.device.edit"] as const;
const FIELD = ["collection.command.order"] as const;
const VALVES = ["collection.valve.order", "collection.valve.approve"] as const;
const COLLECTION = [
  "collection.config.read",
  "collection.command.read",
  "collection.status.read",
  "collection.agent.read",
  "collection.set_aside.read",
  "operations.health.read",
] as const;
const ENROLMENT = [
  "enrolment.agent.read",
  "enrolment.token.make",
  "enrolment.request.decide",
  "enrolment.agent.revoke",
] as const;
const TICKETS = ["ticket.ticket.read", "ticket.ticket.move", "ticket.ticket.assign", "ticket.ticket.note"] as const;
const REPORTS = ["account.account.read", "report.usage.read", "report.usage.order"] as const;

const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  admin: PERMISSION_KEYS,
  auditor: PERMISSION_KEYS.filter((key) => key.endsWith(".read") || key.endsWith(".use")),
  collector: [
    ...EVERYONE,
    ...METERS,
    ...COLLECTION,
    ...ENROLMENT,
    ...SET_ASIDE,
    ...FIELD,
    ...TICKETS,
    "collection.config.edit",
    "collection.certificate.decide",
    "vee.interval.edit",
    "monitor.dma.read",
    "monitor.event.read",
    "system.job.read",
    "system.job.retry",
    "system.user.read",
  ],
  control: [
    ...EVERYONE,
    ...METERS,
    ...MONITOR,
    ...COLLECTION,
    ...FIELD,
    ...VALVES,
    ...TICKETS,
    ...ALARMS,
    "system.user.read",
  ],
  manager: [
    ...EVERYONE,
    ...METERS,
    ...TICKETS,
    ...REPORTS,
    "account.terms.edit",
    "monitor.event.read",
    "system.user.read",
  ],
  desk: [
    ...EVERYONE,
    ...METERS,
    ...MONITOR,
    ...TICKETS,
    "account.account.read",
    "report.usage.read",
    "collection.status.read",
    "system.user.read",
  ],
};

/** The rights of a role. A person has exactly the rights of his role, never one by himself. */
export function permissionsOf(role: Role): ReadonlySet<Permission> {
  return new Set(ROLE_PERMISSIONS[role]);
}
