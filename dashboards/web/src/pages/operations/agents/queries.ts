import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "../../../api/client.ts";
import type { components } from "../../../api/generated/schema.d.ts";
import { queryClient } from "../../../api/query-client.ts";
import type { AgentsSearch } from "./search.ts";

type Schemas = components["schemas"];
export type EnrolledAgent = Schemas["EnrolledAgent"];
export type EnrolmentOverview = Schemas["EnrolmentOverview"];
export type EnrolmentRequest = Schemas["EnrolmentRequest"];
export type EnrolmentToken = Schemas["EnrolmentToken"];
export type EnrolmentNote = Schemas["EnrolmentNote"];
export type MadeToken = Schemas["MadeToken"];

const OFTEN_MS = 15_000;
const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { readonly nextCursor: string | null }) => page.nextCursor ?? undefined,
  placeholderData: keepPreviousData,
};

/** How agents join here. */
export const overviewQuery = queryOptions({
  queryKey: ["enrolment", "overview"],
  queryFn: () => dataOf(api.GET("/api/enrolment")),
  refetchInterval: OFTEN_MS,
});

/** Agents with their certificates, those that need somebody first. */
export const enrolledAgentsQuery = ({ q, standing }: Pick<AgentsSearch, "q" | "standing">) =>
  infiniteQueryOptions({
    queryKey: ["enrolment", "agents", { q, standing }],
    queryFn: ({ pageParam }) => {
      const query = { q, standing, sort: "worst", limit: 100, cursor: pageParam } as const;
      return dataOf(api.GET("/api/enrolment/agents", { params: { query } }));
    },
    refetchInterval: OFTEN_MS,
    ...paging,
  });

/** Requests that wait for somebody, newest first. */
export const heldQuery = queryOptions({
  queryKey: ["enrolment", "held"],
  queryFn: () => dataOf(api.GET("/api/enrolment/requests", { params: { query: { state: "held", limit: 100 } } })),
  refetchInterval: OFTEN_MS,
});

/** Tokens, newest first. */
export const tokensQuery = infiniteQueryOptions({
  queryKey: ["enrolment", "tokens"],
  queryFn: ({ pageParam }) =>
    dataOf(api.GET("/api/enrolment/tokens", { params: { query: { limit: 20, cursor: pageParam } } })),
  refetchInterval: OFTEN_MS,
  ...paging,
});

/** Who did what, of one agent or of all, newest first. */
export const notesQuery = (agent: { readonly site: string; readonly agent: string } | undefined) =>
  infiniteQueryOptions({
    queryKey: ["enrolment", "notes", agent],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/enrolment/notes", { params: { query: { ...agent, limit: 10, cursor: pageParam } } })),
    ...paging,
  });

/** What was decided shows at once. */
export function askAgain(): void {
  void queryClient.invalidateQueries({ queryKey: ["enrolment"] });
}

/** What is done about enrolment. Each @throws {ApiProblem} when refused. */
export const deeds = {
  approve: (id: string, reason: string) =>
    dataOf(
      api.POST("/api/enrolment/requests/{id}/approve", {
        params: { path: { id } },
        body: reason === "" ? {} : { reason },
      }),
    ),
  reject: (id: string, reason: string) =>
    dataOf(api.POST("/api/enrolment/requests/{id}/reject", { params: { path: { id } }, body: { reason } })),
  revoke: ({ site, agent }: { readonly site: string; readonly agent: string }, reason: string) =>
    dataOf(
      api.POST("/api/enrolment/agents/{site}/{agent}/revoke", { params: { path: { site, agent } }, body: { reason } }),
    ),
  withdraw: (id: string) => dataOf(api.DELETE("/api/enrolment/tokens/{id}", { params: { path: { id } } })),
  makeToken: (body: TokenOrder): Promise<MadeToken> => dataOf(api.POST("/api/enrolment/tokens", { body })),
};

/** A token to be made. */
export interface TokenOrder {
  readonly site: string;
  readonly agent?: string;
  readonly hours: number;
  readonly uses: number;
  readonly note: string;
}
