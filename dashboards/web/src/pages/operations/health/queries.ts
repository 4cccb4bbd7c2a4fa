import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "../../../api/client.ts";
import type { components } from "../../../api/generated/schema.d.ts";

type Schemas = components["schemas"];
export type Health = Schemas["OperationsHealth"];
export type HealthHistory = Schemas["HealthHistory"];
export type Trouble = Schemas["Trouble"];
export type ProcessRow = Schemas["ProcessRow"];

/** How often the figures are asked for; processes say theirs as often. */
export const LOOK_MS = 5_000;

/** How the platform fares now. Asked for also while the page is hidden: who comes back sees now and not then. */
export const healthQuery = queryOptions({
  queryKey: ["operations", "health"],
  queryFn: () => dataOf(api.GET("/api/operations/health")),
  refetchInterval: LOOK_MS,
  refetchIntervalInBackground: true,
  retry: false,
  placeholderData: keepPreviousData,
});

/** The last hour of some figures. */
export const historyQuery = queryOptions({
  queryKey: ["operations", "history"],
  queryFn: () => dataOf(api.GET("/api/operations/history")),
  refetchInterval: 3 * LOOK_MS,
});
