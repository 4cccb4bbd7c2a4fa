import { oneOf, type RawSearch, textOf } from "../../api/search.ts";
import { type AlarmPriority, type AnomalyState, type CauseGroup, vocabularyKeys } from "../../words/vocabulary.ts";

/** What has been done about an alarm, as a filter. */
export const ALARM_FILTERS = ["unacknowledged", "acknowledged", "shelved", "suppressed"] as const;

/** Filters of the events list, as the address holds them. Without `state`: what somebody has to look at. */
export interface EventsSearch {
  readonly state?: AnomalyState | "active" | "all" | undefined;
  readonly alarm?: (typeof ALARM_FILTERS)[number] | undefined;
  readonly priority?: AlarmPriority | undefined;
  readonly owner?: "me" | undefined;
  readonly group?: CauseGroup | undefined;
  readonly dma?: string | undefined;
  readonly q?: string | undefined;
  readonly sort?: "newest" | undefined;
}

/** The filters that an address asks for; what does not exist is left out. */
export function eventsSearch(search: RawSearch): EventsSearch {
  return {
    state: oneOf(search.state, [...vocabularyKeys("anomalyState"), "active", "all"] as const),
    alarm: oneOf(search.alarm, ALARM_FILTERS),
    priority: oneOf(search.priority, vocabularyKeys("alarmPriority")),
    owner: oneOf(search.owner, ["me"]),
    group: oneOf(search.group, vocabularyKeys("causeGroup")),
    dma: textOf(search.dma),
    q: textOf(search.q),
    sort: oneOf(search.sort, ["newest"]),
  };
}
