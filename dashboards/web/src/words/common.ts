/** Words that many pages share. */
export const common = {
  product: { zh: "Nightflow 水气采集与漏损", en: "Nightflow" },
  controlRoom: { zh: "调度监控", en: "Control room" },
  events: { zh: "异常事件", en: "Events" },
  tickets: { zh: "工单", en: "Tickets" },
  meters: { zh: "表具", en: "Meters" },
  collection: { zh: "采集状态", en: "Collection" },
  keyAccounts: { zh: "大客户", en: "Key accounts" },
  signOut: { zh: "退出", en: "Sign out" },
  language: { zh: "English", en: "中文" },
  languageLabel: { zh: "切换到英文", en: "Switch to Chinese" },
  connectionLost: {
    zh: "实时连接已断开（自 {{since}}），正在重连；所示数据可能已过时",
    en: "Live connection lost since {{since}}; connecting again. What is shown may be old",
  },
  simulatedTime: { zh: "模拟时间", en: "simulated time" },
  retry: { zh: "重试", en: "Try again" },
  somethingFailed: { zh: "加载失败", en: "This could not be loaded" },
  errorCode: { zh: "错误代码 {{code}}", en: "code {{code}}" },
  noRight: {
    zh: "您没有查看此页的权限，请联系系统管理员授权",
    en: "You have no right to see this page; an administrator can grant it",
  },
  loading: { zh: "正在加载", en: "Loading" },
  noData: { zh: "无数据", en: "no data" },
  estimatedShare: { zh: "估算 {{share}}", en: "{{share}} estimated" },
} as const;
