/** A line, or several, that goes into a file beside a place that is there already. */
export interface Insertion {
  readonly file: string;
  readonly text: string;
  /** Exactly one place of the file; the text goes before or after it. */
  readonly anchor: string | RegExp;
  readonly where: "before" | "after";
}

/** A file's text with the insertion in its place. @throws {Error} when the place is not there, with what to put in by hand. */
export function withInsertion(before: string, { file, text, anchor, where }: Insertion): string {
  const found = typeof anchor === "string" ? before.indexOf(anchor) : before.search(anchor);
  if (found === -1) throw new Error(`${file} has changed: put this in by hand\n${text}`);
  const length = typeof anchor === "string" ? anchor.length : (anchor.exec(before)?.[0].length ?? 0);
  const at = where === "before" ? found : found + length;
  return before.slice(0, at) + text + before.slice(at);
}

/** The forms of a name such as `dlms-cosem`. */
export function formsOf(name: string) {
  const words = name.split("-");
  const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
  const pascal = words.map(capital).join("");
  const camel = pascal.slice(0, 1).toLowerCase() + pascal.slice(1);
  return { name, pascal, camel, upper: name.toUpperCase().replaceAll("-", "_"), words: words.join(" ") };
}

/** What a skeleton consists of. */
export interface Skeleton {
  /** New files, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly insertions: readonly Insertion[];
  /** Test that fails until the work is done. */
  readonly failingTest: string;
  /** What a person does next, a line each. */
  readonly next: readonly string[];
}
