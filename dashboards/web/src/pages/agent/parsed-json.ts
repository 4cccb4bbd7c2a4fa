/** A text as JSON, or why it is none. */
export type ParsedJson =
  | { readonly isJson: true; readonly value: unknown }
  | { readonly isJson: false; readonly value: undefined; readonly why: string };

/** Reads a text as JSON. */
export function parsedJson(text: string): ParsedJson {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch (error) {
    return { isJson: false, value: undefined, why: error instanceof Error ? error.message : String(error) };
  }
}
