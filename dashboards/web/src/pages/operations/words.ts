import { common } from "../../words/common.ts";

/** Words of the frame around the operations pages. */
export const words = {
  ...common,
  tabs: { zh: "运维分页", en: "Operations pages" },
  health: { zh: "运行状态", en: "Health" },
  agents: { zh: "采集终端", en: "Agents" },
  setAside: { zh: "隔离数据", en: "Set aside" },
  quarantine: { zh: "待确认通道", en: "Quarantine" },
  devices: { zh: "第三方设备", en: "Devices" },
  jobs: { zh: "后台任务", en: "Jobs" },
} as const;
