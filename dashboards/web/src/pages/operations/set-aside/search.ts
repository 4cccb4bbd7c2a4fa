import { oneOf, type RawSearch, textOf } from "../../../api/search.ts";

/** The lists of this page: quarantine has a page of its own. */
export const LISTS = ["dead_letter", "conflict"] as const;
export type List = (typeof LISTS)[number];
export const STATES = ["settled", "all"] as const;
export const SPANS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;
export type Span = keyof typeof SPANS;
export const SPAN_NAMES = ["hour", "day", "week"] as const satisfies readonly Span[];

/** Filters and selection of the page, as the address holds them. Without `state`: what waits for a decision. */
export interface SetAsideSearch {
  readonly list?: "conflict" | undefined;
  readonly state?: (typeof STATES)[number] | undefined;
  readonly reason?: string | undefined;
  readonly agent?: string | undefined;
  readonly channel?: string | undefined;
  /** Received within this span before now. */
  readonly within?: Span | undefined;
  readonly after?: string | undefined;
  readonly entry?: number | undefined;
}

/** The filters and the selection that an address asks for; what does not exist is left out. */
export function setAsideSearch(search: RawSearch): SetAsideSearch {
  return {
    list: oneOf(search.list, ["conflict"]),
    state: oneOf(search.state, STATES),
    reason: textOf(search.reason),
    agent: textOf(search.agent),
    channel: textOf(search.channel),
    within: oneOf(search.within, SPAN_NAMES),
    after: textOf(search.after),
    entry: Number.isSafeInteger(search.entry) ? Number(search.entry) : undefined,
  };
}

const MINUTE_MS = 60_000;

/** What the API is asked for; the span begins with a whole minute, so that the question stays the same for a while. */
export function filterOf({ reason, agent, channel, within }: SetAsideSearch, nowMs: number) {
  const from = within === undefined ? undefined : Math.floor((nowMs - SPANS[within]) / MINUTE_MS) * MINUTE_MS;
  return { reasonCode: reason, agent, channel, from };
}
