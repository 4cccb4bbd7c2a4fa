import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "../../api/client.ts";
import type { components } from "../../api/generated/schema.d.ts";

type Schemas = components["schemas"];
export type FleetRow = Schemas["FleetRow"];
export type FleetAgent = Schemas["FleetAgent"];
export type BusRow = FleetAgent["buses"][number];
export type UnitRow = FleetAgent["units"][number];
/** Site and name of an agent. */
export interface AgentName {
  readonly site: string;
  readonly agent: string;
}

const OFTEN_MS = 15_000;

/** The agents with how each fares. */
export const fleetQuery = (query: {
  readonly q?: string | undefined;
  readonly online?: "true" | "false" | undefined;
}) =>
  infiniteQueryOptions({
    queryKey: ["fleet", query],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/fleet", { params: { query: { ...query, limit: 100, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: OFTEN_MS,
  });

/** One agent with its buses and meters. */
export const fleetAgentQuery = ({ site, agent }: AgentName) =>
  queryOptions({
    queryKey: ["fleet", "one", site, agent],
    queryFn: () => dataOf(api.GET("/api/fleet/{site}/{agent}", { params: { path: { site, agent } } })),
    refetchInterval: OFTEN_MS,
  });
