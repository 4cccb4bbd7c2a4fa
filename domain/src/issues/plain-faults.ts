import type { z } from "zod";
import { issueWords } from "./issue-words.ts";
import type { WordsLanguage } from "./language.ts";

/** One thing that is wrong, where, and what to write, in plain words. */
export interface PlainFault {
  /** `buses.0.units.3.periodS`; empty for the whole. */
  readonly path: string;
  readonly message: string;
  /** The same in Chinese. */
  readonly zh: string;
}

/** Data as a schema wants it, or all that is wrong with it. */
export type Checked<Data> =
  | { readonly data: Data; readonly faults: readonly [] }
  | { readonly data: null; readonly faults: readonly PlainFault[] };

/** Checks data by a schema and says every fault in words for people, in English and Chinese. */
export function checkPlainly<Schema extends z.ZodType>(schema: Schema, data: unknown): Checked<z.infer<Schema>> {
  const parsed = schema.safeParse(data, { error: issueWords("en") });
  if (parsed.success) return { data: parsed.data, faults: [] };
  const chinese = issuesIn(schema, data, "zh");
  const faults = flattened(parsed.error.issues).map(({ path, message }, at) => ({
    path: path.join("."),
    message,
    zh: chinese[at]?.message ?? message,
  }));
  return { data: null, faults };
}

/** A fault on one line, as `periodS: must be at least 1, and is 0`. */
export function faultLine({ path, message }: Pick<PlainFault, "path" | "message">, whole = "file"): string {
  return `${path || whole}: ${message}`;
}

function issuesIn(schema: z.ZodType, data: unknown, language: WordsLanguage): readonly Flat[] {
  return flattened(schema.safeParse(data, { error: issueWords(language) }).error?.issues ?? []);
}

interface Flat {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Of a union without a telling key, the form that is nearest says what is wrong. */
function flattened(issues: readonly z.core.$ZodIssue[], above: readonly PropertyKey[] = []): Flat[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    const inner = issue.code === "invalid_union" ? nearestForm(issue.errors) : undefined;
    return inner === undefined ? [{ path, message: issue.message }] : flattened(inner, path);
  });
}

/** The form with the fewest faults, where what is wrong lies inside of it. */
function nearestForm(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const inside = forms.filter((issues) =>
    issues.some(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
  );
  return inside.toSorted((a, b) => a.length - b.length)[0];
}
