import type { PageWords } from "../../../words/index.ts";
import type { Trouble } from "./queries.ts";

type Code = Trouble["code"];
type Texts = PageWords[string];

/** What is wrong, in words; `{{subjects}}` are sites, processes, agents or queues, `{{count}}` how many. */
const WHAT: Readonly<Record<Code, Texts>> = {
  head_end_silent: {
    zh: "采集前置没有响应：{{subjects}}，读数暂未入库",
    en: "The head-end is silent: {{subjects}}; no reading is being stored",
  },
  head_end_unknown: { zh: "还没有任何采集前置上报", en: "No head-end has ever been heard of" },
  store_away: { zh: "时序库不可用，读数暂未入库", en: "The store of readings is away; no reading is being stored" },
  commits_failing: { zh: "入库提交失败", en: "Commits to the store fail" },
  database_away: { zh: "PostgreSQL 无应答", en: "PostgreSQL does not answer" },
  disk_low: { zh: "数据盘空间低于下限", en: "The data disk is below its limit" },
  broker_away: { zh: "消息服务不可用", en: "The broker is away" },
  not_ready: { zh: "有进程未就绪：{{subjects}}", en: "A process is not ready: {{subjects}}" },
  process_silent: { zh: "有进程没有响应：{{subjects}}", en: "A process is silent: {{subjects}}" },
  feed_behind: { zh: "检测落后于读数", en: "The detectors are behind the readings" },
  feed_held: {
    zh: "读数流的读者长时间未读：{{subjects}}，时序库为其保留 {{count}} 次提交",
    en: "A reader of the feed is far behind: {{subjects}}; the store keeps {{count}} commits for it",
  },
  disk_filling: { zh: "数据盘剩余不足一成：{{count}}", en: "Less than a tenth of the data disk is free: {{count}}" },
  dead_letters_growing: {
    zh: "死信增长：近 15 分钟新增 {{count}} 条",
    en: "The dead letter grows: {{count}} more in 15 minutes",
  },
  outboxes_filling: {
    zh: "{{count}} 台终端的缓存已满八成：{{subjects}}",
    en: "Outboxes of agents at 80 % or above: {{count}} ({{subjects}})",
  },
  clocks_off: {
    zh: "{{count}} 台终端的时钟不准：{{subjects}}",
    en: "Clocks of agents are off: {{count}} ({{subjects}})",
  },
  agents_silent: { zh: "{{count}} 台采集终端离线：{{subjects}}", en: "Agents offline: {{count}} ({{subjects}})" },
  certificates_ending: {
    zh: "{{count}} 台终端的证书将到期或已到期",
    en: "Certificates of agents that end or have ended: {{count}}",
  },
  jobs_dead: {
    zh: "后台任务彻底失败 {{count}} 个：{{subjects}}",
    en: "Jobs that failed for good: {{count}} ({{subjects}})",
  },
  jobs_late: { zh: "后台任务积压：{{subjects}}", en: "Jobs wait for long: {{subjects}}" },
};

/** What to do about it, the next step first. */
const REMEDY: Readonly<Record<Code, Texts>> = {
  head_end_silent: {
    zh: "读数保存在采集终端，恢复后自动补传，不会丢失。请在采集前置主机上检查主机、网络和服务（systemctl status 'nightflow*'），查看日志（journalctl -u 'nightflow*'），再运行 nightflow doctor。",
    en: "Agents keep their readings and send them when it is back. On its host look at machine, network and service (systemctl status 'nightflow*') and at the log (journalctl -u 'nightflow*'), then run nightflow doctor.",
  },
  head_end_unknown: {
    zh: "请启动 nightflow up，或单独启动 nightflow ingest。",
    en: "Start nightflow up, or nightflow ingest where rooms run alone.",
  },
  store_away: {
    zh: "读数保存在采集终端，不会丢失。InfluxDB：检查其服务、地址和令牌；内嵌库：运行 nightflow store check。",
    en: "Agents keep their readings. InfluxDB: look at its service, address and token. Embedded store: nightflow store check.",
  },
  commits_failing: {
    zh: "读数保存在采集终端，不会丢失。请先查看磁盘空间和时序库，再看入库日志。",
    en: "Agents keep their readings. Look at disk space and store first, then at the log of ingest.",
  },
  database_away: {
    zh: "请检查 PostgreSQL 服务、网络和连接数；恢复后各进程自动重连，无需重启。",
    en: "Look at PostgreSQL's service, the network and its connections; everything connects again by itself.",
  },
  disk_low: {
    zh: "请立即清理或扩容数据目录所在磁盘；写满后将停止入库。",
    en: "Free or add space where the data folder lies, now: with a full disk nothing is stored.",
  },
  broker_away: {
    zh: "请检查消息服务及其端口和证书；恢复后自动重连。",
    en: "Look at the broker, its port and certificates; ingest connects again by itself.",
  },
  not_ready: { zh: "原因见下；请运行 nightflow doctor。", en: "It says why below; run nightflow doctor." },
  process_silent: {
    zh: "请在其主机上查看日志并重启该服务（systemctl restart）。",
    en: "Look at its log on its host and restart the service (systemctl restart).",
  },
  feed_behind: {
    zh: "读数正常入库，只是发现异常会延迟。请查看检测进程的 CPU 和日志；它会自行追上。",
    en: "Readings are stored; findings come late. Look at the processor and the log of analytics; it catches up by itself.",
  },
  feed_held: {
    zh: "仍在使用：查看分析进程（nightflow analytics）是否在运行及其日志，它会自行追上；已停用：请管理员在“读数流读者”中移除，否则时序库一直为其保留数据。",
    en: "In use: see whether analytics runs (nightflow analytics) and its log; it catches up by itself. Gone for good: an administrator removes it under “Readers of the feed”, else the store keeps the feed for it for ever.",
  },
  disk_filling: {
    zh: "请尽快安排扩容，或缩短保留期限。",
    en: "Plan for more space, or keep readings for a shorter time.",
  },
  dead_letters_growing: {
    zh: "请在“隔离数据”中按原因查看，修复后重放。",
    en: "See the reasons under “Set aside”; repair and replay.",
  },
  outboxes_filling: {
    zh: "缓存写满后将按其策略丢弃最旧读数或停止采集：请先恢复其上行网络，再看采集前置是否入库。",
    en: "A full one gives up its oldest readings or stops, as its policy says: bring its uplink back first, then see whether the head-end stores.",
  },
  clocks_off: {
    zh: "读数时间会随之偏移：请在网关上检查 NTP（timedatectl）。",
    en: "The times of its readings are off with it: look at NTP on the gateway (timedatectl).",
  },
  agents_silent: {
    zh: "请检查现场供电与网络；读数保存在终端，恢复后自动补传。",
    en: "Look at power and network on site; readings wait in the agent and come when it is back.",
  },
  certificates_ending: {
    zh: "自动续期未成功：请在“采集终端”中查看原因；已到期的需签发指名令牌。",
    en: "Renewal does not succeed: see why under “Agents”; one that has expired needs a token by its name.",
  },
  jobs_dead: { zh: "请在“后台任务”中查看错误并重试。", en: "See the error under “Jobs” and retry." },
  jobs_late: {
    zh: "请检查接口进程（nightflow api）是否在运行、是否繁忙。",
    en: "See whether the API runs (nightflow api) and whether it is busy.",
  },
};

/** Where something can be done about it here. */
export const PLACE: Partial<
  Record<Code, "/operations/set-aside" | "/operations/agents" | "/operations/jobs" | "/collection/fleet">
> = {
  dead_letters_growing: "/operations/set-aside",
  outboxes_filling: "/collection/fleet",
  clocks_off: "/collection/fleet",
  agents_silent: "/operations/agents",
  certificates_ending: "/operations/agents",
  jobs_dead: "/operations/jobs",
};

type Prefixed<Prefix extends string> = Readonly<Record<`${Prefix}_${Code}`, Texts>>;

function prefixed<Prefix extends string>(prefix: Prefix, texts: Readonly<Record<Code, Texts>>): Prefixed<Prefix> {
  return Object.fromEntries(
    Object.entries(texts).map(([code, text]) => [`${prefix}_${code}`, text]),
  ) as Prefixed<Prefix>;
}

/** The words of every trouble: `what_store_away`, `do_store_away`. */
export const troubleWords = { ...prefixed("what", WHAT), ...prefixed("do", REMEDY) };
