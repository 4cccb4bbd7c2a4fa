import type { ReadingStore } from "@nightflow/storage";
import type { ApiClient } from "./api-client.ts";
import { faultsOf, type SeenTicket, type Watcher } from "./script.ts";

/** What the smoke proves. */
export interface SmokeOutcome {
  readonly ticket: SeenTicket;
  readonly anomalies: number;
  readonly tickets: number;
  readonly reports: number;
}

const LOOK_EVERY_MS = 500;

/**
 * Waits for the ticket of a leak that began after the start, moves it to closed through the API, orders a report and
 * waits for it.
 *
 * @throws {Error} when that has not happened within `deadlineMs` of real time.
 */
export async function smoke(
  api: ApiClient,
  watcher: Watcher,
  controlUrl: string,
  deadlineMs: number,
): Promise<SmokeOutcome> {
  const until = Date.now() + deadlineMs;
  const report = await orderReport(api);
  const ticket = await waitFor("the ticket of a live leak", until, () => leakTicket(watcher, controlUrl));
  await close(api, ticket.id);
  await waitFor("the report", until, async () => {
    const { state, error } = await api.get<{ state: string; error: string | null }>(`/api/reports/${report}`);
    if (state === "failed") throw new Error(`the report failed: ${error}`);
    return state === "done" ? true : undefined;
  });
  const closed = await api.get<SeenTicket>(`/api/tickets/${ticket.id}`);
  if (closed.state !== "closed") throw new Error(`ticket ${ticket.no} is ${closed.state}, not closed`);
  return {
    ticket: closed,
    anomalies: await countOf(api, "/api/anomalies?state=all"),
    tickets: await countOf(api, "/api/tickets?state=all"),
    reports: await countOf(api, "/api/reports"),
  };
}

/** How often the same channel and instant stand in the store; the promise is never. */
export async function countDuplicates(store: ReadingStore): Promise<number> {
  const seen = new Set<string>();
  let duplicates = 0;
  for (let cursor = 0, hasMore = true; hasMore; ) {
    const page = await store.changesSince(cursor, 50_000);
    const { readings } = page;
    for (let at = 0; at < readings.length; at++) {
      const key = `${readings.channels[readings.channelNos[at] ?? 0]}@${readings.readAtMs[at]}`;
      if (seen.has(key)) duplicates++;
      seen.add(key);
    }
    cursor = page.cursor;
    hasMore = page.hasMore;
  }
  return duplicates;
}

async function leakTicket(watcher: Watcher, controlUrl: string): Promise<SeenTicket | undefined> {
  const subjects = new Set(
    (await faultsOf(controlUrl))
      .filter((fault) => fault.kind !== "silent_unit")
      .map((fault) => fault.meter ?? fault.dma),
  );
  return watcher
    .tickets()
    .find((ticket) => ticket.causeGroup === "leak" && ticket.state === "new" && subjects.has(ticket.subject));
}

const STEPS = [
  { to: "accepted", note: "Looked at the curve" },
  { to: "in_progress", note: "Crew is on the way" },
  { to: "resolved", cause: "Leaking cistern", result: "Repaired", outcome: "confirmed_leak_customer" },
  { to: "follow_up" },
  { to: "closed", followUpExemption: "internal" },
] as const;

async function close(api: ApiClient, id: string): Promise<void> {
  for (const step of STEPS) {
    const { version } = await api.get<SeenTicket>(`/api/tickets/${id}`);
    await api.post(`/api/tickets/${id}/move`, { ...step, version });
  }
}

async function orderReport(api: ApiClient): Promise<string> {
  const { items } = await api.get<{ items: { id: string }[] }>("/api/accounts");
  const { now } = await api.get<{ now: number }>("/api/session");
  const month = new Date(now);
  month.setUTCDate(1);
  month.setUTCMonth(month.getUTCMonth() - 1);
  const accountId = items[0]?.id;
  if (accountId === undefined) throw new Error("there is no key account");
  const report = await api.post<{ id: string }>("/api/reports", {
    accountId,
    month: month.toISOString().slice(0, 7),
    language: "zh",
  });
  return report.id;
}

async function countOf(api: ApiClient, path: string): Promise<number> {
  let count = 0;
  let cursor: string | null = "";
  while (cursor !== null) {
    const separator = path.includes("?") ? "&" : "?";
    const page: { items: unknown[]; nextCursor: string | null } = await api.get(
      `${path}${separator}limit=500${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    count += page.items.length;
    cursor = page.nextCursor;
  }
  return count;
}

async function waitFor<Value>(what: string, until: number, look: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`${what} did not come in time`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
