/** What an address carries behind its question mark, not yet checked. */
export type RawSearch = Readonly<Record<string, unknown>>;

/** A text of the address; undefined when it is missing or empty. Numbers count as text: `q=123`. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** A value that must be one of some; undefined when it is none of them. */
export function oneOf<const Option extends string>(value: unknown, options: readonly Option[]): Option | undefined {
  return options.find((option) => option === value);
}
