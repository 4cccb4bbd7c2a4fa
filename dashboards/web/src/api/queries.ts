import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "./client.ts";
import type { components, operations } from "./generated/schema.d.ts";

type Schemas = components["schemas"];
export type Overview = Schemas["Overview"];
export type DmaRow = Schemas["DmaRow"];
export type DmaDetail = Schemas["DmaDetail"];
export type DistrictBalance = Schemas["DistrictBalance"];
export type DistrictSurroundings = Schemas["DistrictSurroundings"];
export type MeterNight = Schemas["MeterNight"];
export type StepTest = Schemas["StepTest"];
export type PressureLimits = Schemas["PressureLimits"];
export type AnomalyContext = Schemas["AnomalyContext"];
export type Replay = Schemas["Replay"];
export type Happening = Schemas["Happening"];
export type AnomalyRow = Schemas["AnomalyRow"];
export type AnomalyDetail = Schemas["AnomalyDetail"];
export type Alarm = Schemas["Alarm"];
export type AlarmSummary = Schemas["AlarmSummary"];
export type PlannedWork = Schemas["PlannedWork"];
export type UtilityMap = Schemas["UtilityMap"];
export type CollectionReport = Schemas["CollectionReport"];
export type RuleRow = Schemas["RuleRow"];
export type RuleOutcome = Schemas["RuleOutcome"];
export type RulePreview = Schemas["RulePreview"];
export type ShiftEntry = Schemas["ShiftEntry"];
export type ShiftFacts = Schemas["ShiftFacts"];
export type AnomalyChart = Schemas["AnomalyChart"];
export type TicketRow = Schemas["TicketRow"];
export type TicketDetail = Schemas["TicketDetail"];
export type MeterRow = Schemas["MeterRow"];
export type MeterDetail = Schemas["MeterDetail"];
export type IntervalList = Schemas["IntervalList"];
export type IntervalRow = Schemas["IntervalRow"];
export type UsageCurve = Schemas["UsageCurve"];
export type AccountRow = Schemas["AccountRow"];
export type AccountDetail = Schemas["AccountDetail"];
export type ReportRun = Schemas["ReportRun"];
export type CollectionGroup = Schemas["CollectionGroup"];
export type AgentRow = Schemas["AgentRow"];
export type SetAsideRow = Schemas["SetAsideRow"];

/** The query string of an operation, without the paging that the lists do by themselves. */
type Query<Name extends keyof operations> = Omit<
  NonNullable<operations[Name]["parameters"]["query"]>,
  "cursor" | "limit"
>;

const OFTEN_MS = 15_000;
const PAGE_ROWS = 100;
const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { readonly nextCursor: string | null }) => page.nextCursor ?? undefined,
  placeholderData: keepPreviousData,
};

/** The board of the control room. */
export const overviewQuery = queryOptions({
  queryKey: ["overview"],
  queryFn: () => dataOf(api.GET("/api/overview")),
  refetchInterval: OFTEN_MS,
});

/** One district with its nights and inflow. */
export const dmaQuery = (id: string) =>
  queryOptions({
    queryKey: ["dma", id],
    queryFn: () => dataOf(api.GET("/api/dmas/{id}", { params: { path: { id } } })),
    refetchInterval: OFTEN_MS,
  });

/** The utility's own map; it changes when a registry is imported. */
export const utilityMapQuery = queryOptions({
  queryKey: ["map"],
  queryFn: () => dataOf(api.GET("/api/map")),
  staleTime: 10 * 60_000,
});

/** What a district takes in and loses over the last 30 days. */
export const districtBalanceQuery = (id: string) =>
  queryOptions({
    queryKey: ["district-balance", id],
    queryFn: () => dataOf(api.GET("/api/districts/{id}/balance", { params: { path: { id } } })),
    refetchInterval: OFTEN_MS,
  });

/** A district's customers, the worst first, and the districts beside it. */
export const districtSurroundingsQuery = (id: string) =>
  queryOptions({
    queryKey: ["dma", id, "around"],
    queryFn: () => dataOf(api.GET("/api/districts/{id}/around", { params: { path: { id } } })),
    refetchInterval: 4 * OFTEN_MS,
  });

/** The limits that a district's gauges are judged by. */
export const pressureLimitsQuery = (id: string) =>
  queryOptions({
    queryKey: ["dma", id, "pressure-limits"],
    queryFn: () => dataOf(api.GET("/api/districts/{id}/pressure-limits", { params: { path: { id } } })),
  });

/** The step tests of a district, newest first. */
export const stepTestsQuery = (id: string) =>
  queryOptions({
    queryKey: ["dma", id, "step-tests"],
    queryFn: () => dataOf(api.GET("/api/districts/{id}/step-tests", { params: { path: { id } } })),
  });

/** What was known when, around an event or in a district. */
export const replayQuery = (of: { readonly event: string } | { readonly district: string }) =>
  queryOptions({
    queryKey: "event" in of ? ["anomaly", of.event, "replay"] : ["dma", of.district, "replay"],
    queryFn: () =>
      "event" in of
        ? dataOf(api.GET("/api/anomalies/{id}/replay", { params: { path: { id: of.event } } }))
        : dataOf(api.GET("/api/districts/{id}/replay", { params: { path: { id: of.district } } })),
  });

/** Why an event probably is, what was like it, and how its neighbours are. */
export const anomalyContextQuery = (id: string) =>
  queryOptions({
    queryKey: ["anomaly", id, "context"],
    queryFn: () => dataOf(api.GET("/api/anomalies/{id}/context", { params: { path: { id } } })),
  });

/** Events, by filter. */
export const anomaliesQuery = (query: Query<"listAnomalies">) =>
  infiniteQueryOptions({
    queryKey: ["anomalies", query],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/anomalies", { params: { query: { ...query, limit: PAGE_ROWS, cursor: pageParam } } })),
    ...paging,
  });

/** How the alarms stand, and what floods. */
export const alarmSummaryQuery = queryOptions({
  queryKey: ["anomalies", "summary"],
  queryFn: () => dataOf(api.GET("/api/alarms/summary")),
  refetchInterval: OFTEN_MS,
});

/** Planned work, the latest start first. */
export const plannedWorkQuery = (query: Query<"listPlannedWork">) =>
  infiniteQueryOptions({
    queryKey: ["planned-work", query],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/planned-work", { params: { query: { ...query, limit: PAGE_ROWS, cursor: pageParam } } })),
    ...paging,
  });

/** The rules, how often each was right and what it is judged by. */
export const rulesQuery = queryOptions({ queryKey: ["rules"], queryFn: () => dataOf(api.GET("/api/rules")) });

/** What a rule was set to, newest first. */
export const ruleVersionsQuery = (code: RuleRow["code"]) =>
  queryOptions({
    queryKey: ["rules", code, "versions"],
    queryFn: () => dataOf(api.GET("/api/rules/{code}/versions", { params: { path: { code } } })),
  });

/** The judged findings that a rule's precision is made of. */
export const ruleOutcomesQuery = (code: RuleRow["code"]) =>
  queryOptions({
    queryKey: ["rules", code, "outcomes"],
    queryFn: () => dataOf(api.GET("/api/rules/{code}/outcomes", { params: { path: { code } } })),
  });

/** A preview of a rule; looked at again until it is over. */
export const rulePreviewQuery = (id: string) =>
  queryOptions({
    queryKey: ["rule-preview", id],
    queryFn: () => dataOf(api.GET("/api/rules/previews/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data === undefined || state.data.finishedAt === null ? 1000 : false),
  });

/** The shift log, newest first. */
export const shiftLogQuery = (query: Query<"listShiftLog">) =>
  infiniteQueryOptions({
    queryKey: ["shift-log", query],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/shift-log", { params: { query: { ...query, limit: PAGE_ROWS, cursor: pageParam } } })),
    refetchInterval: OFTEN_MS,
    ...paging,
  });

/** What stands open now, and what happened since the last hand-over. */
export const shiftFactsQuery = queryOptions({
  queryKey: ["shift-log", "facts"],
  queryFn: () => dataOf(api.GET("/api/shift-log/facts")),
  refetchInterval: OFTEN_MS,
});

/** One event with its evidence. */
export const anomalyQuery = (id: string) =>
  queryOptions({
    queryKey: ["anomaly", id],
    queryFn: () => dataOf(api.GET("/api/anomalies/{id}", { params: { path: { id } } })),
  });

/** What an event's chart is made of. */
export const anomalyChartQuery = (id: string) =>
  queryOptions({
    queryKey: ["anomaly", id, "chart"],
    queryFn: () => dataOf(api.GET("/api/anomalies/{id}/chart", { params: { path: { id } } })),
  });

/** Tickets, by filter. */
export const ticketsQuery = (query: Query<"listTickets">) =>
  infiniteQueryOptions({
    queryKey: ["tickets", query],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/tickets", { params: { query: { ...query, limit: PAGE_ROWS, cursor: pageParam } } })),
    refetchInterval: OFTEN_MS,
    ...paging,
  });

/** One ticket with its steps and findings. */
export const ticketQuery = (id: string) =>
  queryOptions({
    queryKey: ["ticket", id],
    queryFn: () => dataOf(api.GET("/api/tickets/{id}", { params: { path: { id } } })),
  });

/** People who may work on something. */
export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: () => dataOf(api.GET("/api/users")),
  staleTime: 60_000,
});

/** Meters with their collection status, by filter. */
export const metersQuery = (query: Query<"listMeters">) =>
  infiniteQueryOptions({
    queryKey: ["meters", query],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/meters", { params: { query: { ...query, limit: PAGE_ROWS, cursor: pageParam } } })),
    refetchInterval: OFTEN_MS,
    ...paging,
  });

/** One meter with its channels. */
export const meterQuery = (id: string) =>
  queryOptions({
    queryKey: ["meter", id],
    queryFn: () => dataOf(api.GET("/api/meters/{id}", { params: { path: { id } } })),
    refetchInterval: OFTEN_MS,
  });

/** A span of a meter's usage. Instants; `to` is not included. */
export const meterCurveQuery = (id: string, span: { from: number; to: number; step: "interval" | "hour" | "day" }) =>
  queryOptions({
    queryKey: ["meter", id, "curve", span],
    queryFn: async () => {
      const params = { path: { id }, query: span };
      const curve = await dataOf(api.GET("/api/meters/{id}/curve", { params }));
      return curve.step === "raw" ? null : curve;
    },
    placeholderData: keepPreviousData,
  });

/** A meter's intervals as read, validated and edited over a span. */
export const intervalsQuery = (id: string, span: { readonly from: number; readonly to: number }) =>
  queryOptions({
    queryKey: ["meter", id, "intervals", span],
    queryFn: () => dataOf(api.GET("/api/meters/{id}/intervals", { params: { path: { id }, query: span } })),
    placeholderData: keepPreviousData,
  });

/** The newest readings of a meter's main register. */
export const readingsQuery = (id: string) =>
  queryOptions({
    queryKey: ["meter", id, "readings"],
    queryFn: () => dataOf(api.GET("/api/meters/{id}/readings", { params: { path: { id }, query: { limit: 24 } } })),
    refetchInterval: OFTEN_MS,
  });

/** Who reports and who does not. */
export const collectionQuery = queryOptions({
  queryKey: ["collection"],
  queryFn: () => dataOf(api.GET("/api/collection")),
  refetchInterval: OFTEN_MS,
});

/** What share of the readings came, day by day. */
export const collectionDaysQuery = queryOptions({
  queryKey: ["collection", "days"],
  queryFn: () => dataOf(api.GET("/api/collection/days", { params: { query: {} } })),
  staleTime: OFTEN_MS,
});

/** Meters from which readings are missing in the last days. */
export const missingReadingsQuery = (query: Query<"listMissingReadings">) =>
  infiniteQueryOptions({
    queryKey: ["collection", "missing", query],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/collection/missing-readings", { params: { query: { ...query, cursor: pageParam } } })),
    ...paging,
  });

/** The agents with their last status. */
export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: () => dataOf(api.GET("/api/agents")),
  refetchInterval: OFTEN_MS,
});

/** Readings that were set aside, newest first. */
export const setAsideQuery = (list: "dead_letter" | "quarantine" | "conflict") =>
  infiniteQueryOptions({
    queryKey: ["set-aside", list],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/set-aside/{list}", { params: { path: { list }, query: { limit: 50, cursor: pageParam } } })),
    ...paging,
  });

/** Accounts, by filter. */
export const accountsQuery = (query: Query<"listAccounts">) =>
  infiniteQueryOptions({
    queryKey: ["accounts", query],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/accounts", { params: { query: { ...query, limit: 50, cursor: pageParam } } })),
    refetchInterval: 4 * OFTEN_MS,
    ...paging,
  });

/** One account with its meters and tickets. */
export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: ["account", id],
    queryFn: () => dataOf(api.GET("/api/accounts/{id}", { params: { path: { id } } })),
  });

/** What a span of an account's curve is. */
export interface AccountSpan {
  readonly from: number;
  readonly to: number;
  readonly step: "interval" | "hour" | "day";
  readonly compare?: "previous" | undefined;
}

/** A span of an account's usage, with the one before it when asked for. */
export const accountCurveQuery = (id: string, span: AccountSpan) =>
  queryOptions({
    queryKey: ["account", id, "curve", span],
    queryFn: () => dataOf(api.GET("/api/accounts/{id}/curve", { params: { path: { id }, query: span } })),
    placeholderData: keepPreviousData,
  });

/** Reports of an account, newest first. */
export const reportsQuery = (accountId: string) =>
  queryOptions({
    queryKey: ["reports", accountId],
    queryFn: () => dataOf(api.GET("/api/reports", { params: { query: { accountId } } })),
    // A report that is being made is looked at again, should the live event be lost.
    refetchInterval: ({ state }) =>
      state.data?.items.some((report) => isComing(report.state)) === true ? 3_000 : false,
  });

/** Whether a report is still to come. */
export function isComing(state: ReportRun["state"]): boolean {
  return state === "ordered" || state === "running";
}
