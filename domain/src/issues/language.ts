/** Languages of words that pages show. */
export type WordsLanguage = "en" | "zh";

/** A word in each language. */
export type Words = Readonly<Record<WordsLanguage, string>>;

const KINDS: Readonly<Record<string, Words>> = {
  int: { en: "a whole number", zh: "整数" },
  number: { en: "a number", zh: "数字" },
  bigint: { en: "a whole number", zh: "整数" },
  string: { en: "a text", zh: "文本" },
  boolean: { en: "true or false", zh: "true 或 false" },
  array: { en: "a list", zh: "列表" },
  tuple: { en: "a list", zh: "列表" },
  object: { en: "a group of keys", zh: "键值组" },
  record: { en: "a group of keys", zh: "键值组" },
  map: { en: "a group of keys", zh: "键值组" },
  set: { en: "a list", zh: "列表" },
  date: { en: "a date", zh: "日期" },
  null: { en: "nothing (null)", zh: "空 (null)" },
};

/** What a type of zod is called by people. */
export function kindWords(type: string, language: WordsLanguage): string {
  return KINDS[type]?.[language] ?? type;
}

const FORMATS: Readonly<Record<string, Words>> = {
  uuid: { en: "a UUID", zh: "UUID" },
  guid: { en: "a UUID", zh: "UUID" },
  url: { en: "an address such as https://water.example", zh: "网址，例如 https://water.example" },
  email: { en: "an e-mail address", zh: "电子邮件地址" },
  datetime: { en: "an instant such as 2026-01-31T08:00:00Z", zh: "时刻，例如 2026-01-31T08:00:00Z" },
  date: { en: "a day such as 2026-01-31", zh: "日期，例如 2026-01-31" },
  time: { en: "a time of day such as 08:00:00", zh: "时间，例如 08:00:00" },
  duration: { en: "a duration such as PT15M", zh: "时长，例如 PT15M" },
  ipv4: { en: "an IPv4 address", zh: "IPv4 地址" },
  ipv6: { en: "an IPv6 address", zh: "IPv6 地址" },
  base64: { en: "text in Base64", zh: "Base64 文本" },
  json_string: { en: "JSON", zh: "JSON" },
};

/** What a format of zod is called by people. */
export function formatWords(format: string, language: WordsLanguage): string {
  return FORMATS[format]?.[language] ?? format;
}

/** What somebody gave, short enough to be read; empty where nothing is to be shown. */
export function givenWords(input: unknown, language: WordsLanguage): string {
  const isChinese = language === "zh";
  if (input === null) return isChinese ? "空的" : "empty";
  if (Array.isArray(input)) return kindWords("array", language);
  if (typeof input === "object") return kindWords("object", language);
  if (typeof input !== "string") return String(input);
  const text = input.length > 40 ? `${input.slice(0, 40)}…` : input;
  return isChinese ? `文本“${text}”` : `the text "${text}"`;
}
