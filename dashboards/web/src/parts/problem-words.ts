import { ApiProblem } from "../api/client.ts";
import type { Language } from "../words/index.ts";

interface ProblemWords {
  readonly text: string;
  readonly remedy: string | null;
}

type Known = Readonly<Record<Language, ProblemWords>>;

const KNOWN: Readonly<Record<string, Known>> = {
  NETWORK: {
    zh: { text: "无法连接服务器", remedy: "请检查网络；恢复后页面会自动继续。" },
    en: {
      text: "The server cannot be reached",
      remedy: "Check the network; the page goes on by itself once it is back.",
    },
  },
  SIGN_IN_REFUSED: {
    zh: { text: "用户名或密码不正确", remedy: "请核对后重试；多次失败后需等待一刻钟。" },
    en: {
      text: "User name or password is wrong",
      remedy: "Check both. After several failures wait a quarter of an hour.",
    },
  },
  PLACE_PROTECTED: {
    zh: { text: "此处为重点保障用户，不得关阀", remedy: "确需关阀的，由有越权权限的人说明理由后申请。" },
    en: {
      text: "This place is protected and is not cut off",
      remedy: "Somebody with the right to override it can ask for it, with the reason why.",
    },
  },
  FOUR_EYES: {
    zh: { text: "本人的申请须由他人审批", remedy: "请另一位有审批权限的同事决定。" },
    en: { text: "Nobody decides about what he asked for himself", remedy: "Another person with the right decides." },
  },
  APPROVAL_DECIDED: {
    zh: { text: "该申请已有结论", remedy: "请刷新页面查看由谁决定。" },
    en: { text: "This has been decided already", remedy: "Load the page anew to see by whom." },
  },
  ASKER_NOT_ALLOWED: {
    zh: { text: "申请人现已无此权限", remedy: "请由仍有权限的人重新申请。" },
    en: { text: "Who asked for it may no longer do so", remedy: "Somebody who still has the right asks for it anew." },
  },
  TOO_MANY_ATTEMPTS: {
    zh: { text: "登录失败次数过多", remedy: "请稍候一刻钟再试，或联系系统管理员。" },
    en: { text: "Too many failed sign-ins", remedy: "Wait a quarter of an hour, or ask an administrator." },
  },
  SIGN_IN_NEEDED: {
    zh: { text: "登录已失效", remedy: "请重新登录。" },
    en: { text: "The session has ended", remedy: "Sign in again." },
  },
  RIGHT_MISSING: {
    zh: { text: "您没有此项权限", remedy: "请联系系统管理员授权。" },
    en: { text: "You do not have the right to do or see this", remedy: "An administrator can grant it." },
  },
  NOT_FOUND: {
    zh: { text: "不存在，或不在您的管辖范围内", remedy: "请核对链接，或请有权限的同事查看。" },
    en: {
      text: "It does not exist, or lies outside your region",
      remedy: "Check the link, or ask a colleague who may see it.",
    },
  },
  TICKET_CHANGED: {
    zh: { text: "工单已被他人更新", remedy: "已重新加载，请确认是否仍需此操作。" },
    en: {
      text: "Somebody else has changed this ticket meanwhile",
      remedy: "It was loaded again; see whether your step is still needed.",
    },
  },
  TICKET_MOVE_NOT_ALLOWED: {
    zh: { text: "当前状态不允许此操作", remedy: "请重新加载后选择可用的下一步。" },
    en: {
      text: "The ticket cannot take this step as it stands",
      remedy: "Load it again and choose one of its next steps.",
    },
  },
  TICKET_MOVE_INCOMPLETE: {
    zh: { text: "还缺少必填内容", remedy: "请补全后再提交。" },
    en: { text: "Something that this step needs is missing", remedy: "Fill it in and try again." },
  },
  TICKET_ATTEMPTS_MISSING: {
    zh: { text: "“无法联系”须有两天内共三次联系记录", remedy: "请先在备注中登记每次联系。" },
    en: {
      text: "“Unreachable” needs three attempts on two days",
      remedy: "Note each attempt to reach the customer first.",
    },
  },
  TICKET_REOPEN_TOO_LATE: {
    zh: { text: "关闭已超过 30 天，不能重开", remedy: "请新建工单。" },
    en: { text: "It was closed more than 30 days ago", remedy: "Open a new ticket." },
  },
  TICKET_KEY_TAKEN: {
    zh: { text: "同一对象已有未关闭的工单", remedy: "请在该工单上继续处理。" },
    en: { text: "Another ticket about the same subject is open", remedy: "Go on with that one." },
  },
  ANOMALY_ENDED: {
    zh: { text: "该事件已结束", remedy: "请重新加载，查看由谁、因何结束。" },
    en: { text: "This event has ended already", remedy: "Load it again to see who ended it and why." },
  },
  HOLIDAY_OVERLAP: {
    zh: { text: "这些日期已有节假日", remedy: "请先移除已有的，或改用其他日期。" },
    en: { text: "There is a holiday on some of these days", remedy: "Remove that one first, or choose other days." },
  },
  CALENDAR_OVERLAP: {
    zh: { text: "日历中已有这些日期", remedy: "请先移除已有的，或改用其他日期。" },
    en: {
      text: "The calendar says something of these days already",
      remedy: "Remove those first, or choose other days.",
    },
  },
  ALREADY_SET_UP: {
    zh: { text: "系统已有管理员", remedy: "请直接登录。" },
    en: { text: "The platform has an administrator already", remedy: "Sign in." },
  },
  INTERNAL: {
    zh: { text: "服务器内部错误", remedy: "请重试；如仍出现，请把错误代码告知运维人员。" },
    en: {
      text: "Something went wrong on the server",
      remedy: "Try again; if it stays, tell whoever runs the platform the code.",
    },
  },
};

const OTHER: Readonly<Record<Language, string>> = { zh: "操作未成功", en: "This did not work" };

/** An error in the reader's words, with what to do; the server's own text where the pages know no better. */
export function problemText(error: unknown, language: Language): ProblemWords {
  if (!(error instanceof ApiProblem))
    return { text: OTHER[language], remedy: error instanceof Error ? error.message : null };
  const known = KNOWN[error.code]?.[language];
  if (known !== undefined) return known;
  return { text: `${OTHER[language]}: ${error.message}`, remedy: error.remedy };
}
