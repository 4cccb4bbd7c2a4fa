import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "./client.ts";
import type { components, operations } from "./generated/schema.d.ts";

type Schemas = components["schemas"];
export type SetAsideEntry = Schemas["SetAsideEntry"];
export type SetAsideDecision = Schemas["SetAsideDecision"];
export type QuarantineRow = Schemas["QuarantineRow"];
export type RejectedChannel = Schemas["RejectedChannel"];
export type ChannelMatch = Schemas["ChannelMatch"];
export type StoredHere = Schemas["StoredHere"];
export type DeviceRow = Schemas["DeviceRow"];
export type JobRow = Schemas["JobRow"];
export type JobSchedule = Schemas["JobSchedules"]["items"][number];
export type JobQueueRow = Schemas["JobQueues"]["items"][number];

type Query<Name extends keyof operations> = Omit<
  NonNullable<operations[Name]["parameters"]["query"]>,
  "cursor" | "limit"
>;
/** Which entries of a list; times are instants. */
export type EntryQuery = Query<"findSetAside">;
/** Which jobs. */
export type JobQuery = Query<"listJobs">;

const OFTEN_MS = 15_000;
const SOON_MS = 3_000;
/** Rows of a page: what a person reads, and no more than a browser draws at once. */
export const PAGE_ROWS = 50;

/** A page of entries of a list, newest first. */
export const entriesQuery = (list: "dead_letter" | "conflict", query: EntryQuery, cursor: string | undefined) =>
  queryOptions({
    queryKey: ["set-aside", list, query, cursor],
    queryFn: () => {
      const params = { path: { list }, query: { ...query, limit: PAGE_ROWS, cursor } };
      return dataOf(api.GET("/api/set-aside/{list}/entries", { params }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: OFTEN_MS,
  });

/** How many entries have which reason, whatever reason is filtered by. */
export const reasonsQuery = (list: "dead_letter" | "conflict", { reasonCode: _reason, ...query }: EntryQuery) =>
  queryOptions({
    queryKey: ["set-aside", list, "reasons", query],
    queryFn: () => dataOf(api.GET("/api/set-aside/{list}/reasons", { params: { path: { list }, query } })),
    placeholderData: keepPreviousData,
    refetchInterval: OFTEN_MS,
  });

/** The decisions, newest first. */
export const decisionsQuery = queryOptions({
  queryKey: ["set-aside", "decisions"],
  queryFn: () => dataOf(api.GET("/api/set-aside-decisions")),
  refetchInterval: ({ state }) => (state.data?.items.some((one) => one.doneAt === null) === true ? SOON_MS : OFTEN_MS),
});

/** One decision; asked for again until it is done. */
export const decisionQuery = (id: string) =>
  queryOptions({
    queryKey: ["set-aside", "decision", id],
    queryFn: () => dataOf(api.GET("/api/set-aside-decisions/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.doneAt == null ? SOON_MS : false),
  });

/** Unknown channels and rejected ones. */
export const quarantineQuery = queryOptions({
  queryKey: ["set-aside", "quarantine"],
  queryFn: () => dataOf(api.GET("/api/quarantine")),
  refetchInterval: OFTEN_MS,
});

/** Registered channels that have a text in their id, serial number or address. */
export const channelsQuery = (q: string) =>
  queryOptions({
    queryKey: ["channels", q],
    queryFn: () => dataOf(api.GET("/api/channels", { params: { query: { q } } })),
    enabled: q.trim() !== "",
    placeholderData: keepPreviousData,
  });

/** A channel, and what is stored of it at an instant. */
export const storedQuery = (channel: string, at: number) =>
  queryOptions({
    queryKey: ["set-aside", "stored", channel, at],
    queryFn: () => dataOf(api.GET("/api/channels/stored", { params: { query: { channel, at } } })),
    enabled: channel !== "" && Number.isFinite(at),
  });

/** Devices with a profile. */
export const devicesQuery = queryOptions({
  queryKey: ["devices"],
  queryFn: () => dataOf(api.GET("/api/devices")),
});

/** A page of jobs, those asked for last first. */
export const jobsQuery = (query: JobQuery, cursor: string | undefined) =>
  queryOptions({
    queryKey: ["jobs", "list", query, cursor],
    queryFn: () => dataOf(api.GET("/api/jobs", { params: { query: { ...query, limit: PAGE_ROWS, cursor } } })),
    placeholderData: keepPreviousData,
    refetchInterval: SOON_MS,
  });

/** How many jobs a filter finds. */
export const jobCountQuery = (query: JobQuery) =>
  queryOptions({
    queryKey: ["jobs", "count", query],
    queryFn: () => dataOf(api.GET("/api/jobs/count", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: OFTEN_MS,
  });

/** One job. */
export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["jobs", "one", id],
    queryFn: () => dataOf(api.GET("/api/jobs/{id}", { params: { path: { id } } })),
  });

/** Jobs by queue. */
export const queuesQuery = queryOptions({
  queryKey: ["jobs", "queues"],
  queryFn: () => dataOf(api.GET("/api/jobs/queues")),
  refetchInterval: SOON_MS,
});

/** Work by the calendar. */
export const schedulesQuery = queryOptions({
  queryKey: ["jobs", "schedules"],
  queryFn: () => dataOf(api.GET("/api/jobs/schedules")),
  refetchInterval: OFTEN_MS,
});
