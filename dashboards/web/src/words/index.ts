import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { common } from "./common.ts";

/** Languages of the pages. */
export type Language = "zh" | "en";

/**
 * Words of one page: zh and en side by side, one entry a key. `{{name}}` stands for a value.
 * The keys are checked where they are used: a missing one fails the type check.
 */
export type PageWords = Readonly<Record<string, Readonly<Record<Language, string>>>>;

const KEY = "nightflow.language";

/** The language chosen before, else the browser's, else Chinese. */
export function startLanguage(): Language {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "zh" || chosen === "en") return chosen;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "zh";
}

/** Starts the words; every page adds its own through `wordsOf`. */
export async function startWords(): Promise<i18n> {
  await i18next
    .use(initReactI18next)
    .init({ lng: startLanguage(), fallbackLng: "zh", interpolation: { escapeValue: false }, resources: {} });
  addWords("common", common);
  document.documentElement.lang = i18next.language === "zh" ? "zh-CN" : "en";
  return i18next;
}

const added = new Set<string>();

/** Adds the words of a page under its name; adding them again changes nothing. */
export function addWords(page: string, words: PageWords): void {
  if (added.has(page)) return;
  added.add(page);
  for (const language of ["zh", "en"] as const) {
    const texts = Object.fromEntries(Object.entries(words).map(([key, word]) => [key, word[language]]));
    i18next.addResourceBundle(language, page, texts, true, true);
  }
}

/** Changes the language of the pages and remembers it. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  await i18next.changeLanguage(language);
}

/** Takes the language of a person's account, unless one was chosen on this device. */
export async function adoptLanguage(language: Language | null): Promise<void> {
  if (language === null || localStorage.getItem(KEY) !== null || i18next.language === language) return;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  await i18next.changeLanguage(language);
}
