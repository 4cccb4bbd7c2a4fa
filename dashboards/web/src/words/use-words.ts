import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { addWords, type Language, type PageWords } from "./index.ts";

/** What a page gets to speak with: `say(key, values)`, and the language it speaks. */
export interface Speech<Words extends PageWords> {
  readonly say: (key: keyof Words & string, values?: Readonly<Record<string, string | number>>) => string;
  readonly language: Language;
}

/** The words of one page in the chosen language; a key that is not there does not compile. */
export function useWords<const Words extends PageWords>(page: string, words: Words): Speech<Words> {
  addWords(page, words);
  const { t, i18n } = useTranslation(page);
  const say = useCallback(
    (key: keyof Words & string, values: Readonly<Record<string, string | number>> = {}): string => {
      const text: string = key;
      return String(t(text, { ...values, defaultValue: text }));
    },
    [t],
  );
  return { say, language: i18n.language === "en" ? "en" : "zh" };
}
