import { oneOf, type RawSearch, textOf } from "../../../api/search.ts";

export const STATES = ["waiting", "running", "dead", "cancelled", "done"] as const;
export type JobStanding = (typeof STATES)[number];

/** Filters and selection of the jobs page, as the address holds them. Without `state`: all. */
export interface JobsSearch {
  readonly state?: JobStanding | undefined;
  readonly queue?: string | undefined;
  /** A part of the last error. */
  readonly error?: string | undefined;
  readonly after?: string | undefined;
  readonly job?: string | undefined;
}

/** The filters and the selection that an address asks for; what does not exist is left out. */
export function jobsSearch(search: RawSearch): JobsSearch {
  return {
    state: oneOf(search.state, STATES),
    queue: textOf(search.queue),
    error: textOf(search.error),
    after: textOf(search.after),
    job: textOf(search.job),
  };
}
