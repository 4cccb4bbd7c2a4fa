export const words = {
  title: { zh: "登录", en: "Sign in" },
  product: { zh: "Nightflow 水气采集与漏损", en: "Nightflow: metering and losses" },
  login: { zh: "用户名", en: "User name" },
  password: { zh: "密码", en: "Password" },
  submit: { zh: "登录", en: "Sign in" },
  capsLock: { zh: "大写锁定已打开", en: "Caps Lock is on" },
  language: { zh: "English", en: "中文" },
  languageLabel: { zh: "Switch to English", en: "切换到中文" },
} as const;
