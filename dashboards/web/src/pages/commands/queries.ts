import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "../../api/client.ts";
import type { components, operations } from "../../api/generated/schema.d.ts";
import { queryClient } from "../../api/query-client.ts";

type Schemas = components["schemas"];
export type CommandRow = Schemas["Command"];
export type CommandWithReply = Schemas["CommandWithReply"];
export type ApprovalRow = Schemas["Approval"];
export type CommandState = CommandRow["state"];
export type CommandKind = CommandRow["kind"];
type CommandFilter = Omit<NonNullable<operations["listCommands"]["parameters"]["query"]>, "cursor" | "limit">;
/** What is ordered, and of whom. */
export type OrderBody = operations["orderCommand"]["requestBody"]["content"]["application/json"];

type CertificateBody = operations["decideDeviceCertificate"]["requestBody"]["content"]["application/json"];

const OFTEN_MS = 15_000;
const SOON_MS = 2_000;
const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { readonly nextCursor: string | null }) => page.nextCursor ?? undefined,
  placeholderData: keepPreviousData,
};

/** Whether nothing more will become of a command. */
export function isEnded(state: CommandState): boolean {
  return !["approval", "queued", "sent"].includes(state);
}

/** Commands, newest first. */
export const commandsQuery = (query: CommandFilter) =>
  infiniteQueryOptions({
    queryKey: ["commands", query],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/commands", { params: { query: { ...query, limit: 50, cursor: pageParam } } })),
    refetchInterval: OFTEN_MS,
    ...paging,
  });

/** One command with its reply; asked for often until it has ended. */
export const commandQuery = (id: string) =>
  queryOptions({
    queryKey: ["commands", "one", id],
    queryFn: () => dataOf(api.GET("/api/commands/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data !== undefined && isEnded(state.data.state) ? false : SOON_MS),
  });

/** What waits for a second person, or did. */
export const approvalsQuery = (state: ApprovalRow["state"] | undefined) =>
  infiniteQueryOptions({
    queryKey: ["commands", "approvals", state],
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/approvals", { params: { query: { state, limit: 50, cursor: pageParam } } })),
    refetchInterval: OFTEN_MS,
    ...paging,
  });

/** What is ordered and decided. Each @throws {ApiProblem} when refused. */
export const deeds = {
  order: (body: OrderBody) => told(dataOf(api.POST("/api/commands", { body }))),
  certificate: (body: CertificateBody) => told(dataOf(api.POST("/api/commands/certificate", { body }))),
  cancel: (id: string, reason: string) =>
    told(dataOf(api.POST("/api/commands/{id}/cancel", { params: { path: { id } }, body: { reason } }))),
  valve: (body: { meter: string; position: "open" | "closed"; reason: string }) =>
    told(dataOf(api.POST("/api/commands/valve", { body }))),
  protectedValve: (body: { meter: string; position: "open" | "closed"; reason: string; overrideReason: string }) =>
    told(dataOf(api.POST("/api/commands/valve/protected", { body }))),
  approve: (id: string, reason: string) =>
    told(dataOf(api.POST("/api/approvals/{id}/approve", { params: { path: { id } }, body: { reason } }))),
  reject: (id: string, reason: string) =>
    told(dataOf(api.POST("/api/approvals/{id}/reject", { params: { path: { id } }, body: { reason } }))),
};

async function told<Answer>(answer: Promise<Answer>): Promise<Answer> {
  const data = await answer;
  void queryClient.invalidateQueries({ queryKey: ["commands"] });
  return data;
}
