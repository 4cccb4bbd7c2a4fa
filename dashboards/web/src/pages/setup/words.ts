export const words = {
  title: { zh: "创建首位管理员", en: "Make the first administrator" },
  intro: {
    zh: "此链接只能使用一次：系统有了第一个用户后即失效。",
    en: "This link works once: it ends when the platform has its first user.",
  },
  login: { zh: "用户名", en: "User name" },
  password: { zh: "密码（至少 10 个字符）", en: "Password (at least 10 characters)" },
  submit: { zh: "创建", en: "Make administrator" },
  noToken: {
    zh: "链接不完整：请从启动日志中完整复制。",
    en: "The link is not complete: copy the whole of it from the start-up log.",
  },
} as const;
