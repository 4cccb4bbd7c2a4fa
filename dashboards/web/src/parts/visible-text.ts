// Control characters, and those that turn the direction of writing or take no place: a payload must not hide or fake
// what it says.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

/** A text from outside with everything that cannot be seen written out: `\u202E`, `\u0000`. Lines and tabs stay. */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, (sign) => (sign === "\n" || sign === "\t" ? sign : escaped(sign)));
}

function escaped(sign: string): string {
  return `\\u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
