import { oneOf, type RawSearch, textOf } from "../../api/search.ts";

/** Spans that can be looked at, in days. */
export const SPANS = ["1", "3", "7", "31"] as const;
export type SpanDays = (typeof SPANS)[number];

/** Which missing readings are shown. */
export interface MissingSearch {
  readonly days?: SpanDays | undefined;
  readonly agent?: string | undefined;
  readonly dma?: string | undefined;
  readonly model?: string | undefined;
  readonly q?: string | undefined;
}

/** What an address asks for. */
export function missingSearch(search: RawSearch): MissingSearch {
  return {
    days: oneOf(textOf(search.days), SPANS.slice(1)),
    agent: textOf(search.agent),
    dma: textOf(search.dma),
    model: textOf(search.model),
    q: textOf(search.q),
  };
}
