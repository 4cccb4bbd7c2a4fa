import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "../../api/client.ts";
import type { components } from "../../api/generated/schema.d.ts";
import { queryClient } from "../../api/query-client.ts";
import type { AgentName } from "../fleet/queries.ts";

type Schemas = components["schemas"];
export type AgentConfigRow = Schemas["AgentConfigRow"];
export type ConfigVersion = Schemas["ConfigVersion"];
export type ConfigChanges = Schemas["ConfigChanges"];
export type CheckedConfig = Schemas["CheckedConfig"];

const OFTEN_MS = 15_000;

/** How the configuration of an agent stands. */
export const agentConfigQuery = ({ site, agent }: AgentName) =>
  queryOptions({
    queryKey: ["fleet", "config", site, agent],
    queryFn: () => dataOf(api.GET("/api/agent-configs/{site}/{agent}", { params: { path: { site, agent } } })),
    refetchInterval: OFTEN_MS,
  });

/** Its versions, newest first. */
export const versionsQuery = ({ site, agent }: AgentName) =>
  infiniteQueryOptions({
    queryKey: ["fleet", "config", site, agent, "versions"],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET("/api/agent-configs/{site}/{agent}/versions", {
          params: { path: { site, agent }, query: { limit: 20, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });

/** The content of one version. */
export const versionQuery = ({ site, agent }: AgentName, version: number) =>
  queryOptions({
    queryKey: ["fleet", "config", site, agent, "versions", version],
    queryFn: () =>
      dataOf(
        api.GET("/api/agent-configs/{site}/{agent}/versions/{version}", { params: { path: { site, agent, version } } }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What is done about an agent's configuration. Each @throws {ApiProblem} when refused. */
export const configDeeds = {
  check: ({ site, agent }: AgentName, config: unknown): Promise<CheckedConfig> =>
    dataOf(
      api.POST("/api/agent-configs/{site}/{agent}/check", { params: { path: { site, agent } }, body: { config } }),
    ),
  save: ({ site, agent }: AgentName, body: { config: unknown; reason: string; basedOn: number | null }) =>
    told(dataOf(api.POST("/api/agent-configs/{site}/{agent}", { params: { path: { site, agent } }, body }))),
  back: ({ site, agent }: AgentName, body: { version: number; reason: string; basedOn: number | null }) =>
    told(dataOf(api.POST("/api/agent-configs/{site}/{agent}/back", { params: { path: { site, agent } }, body }))),
};

async function told<Answer>(answer: Promise<Answer>): Promise<Answer> {
  const data = await answer;
  void queryClient.invalidateQueries({ queryKey: ["fleet"] });
  return data;
}
