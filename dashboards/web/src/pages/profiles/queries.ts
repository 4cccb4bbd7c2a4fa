import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "../../api/client.ts";
import type { components } from "../../api/generated/schema.d.ts";
import { queryClient } from "../../api/query-client.ts";
import type { AgentName } from "../fleet/queries.ts";

type Schemas = components["schemas"];
export type ProfileRow = Schemas["MeterProfileRow"];
export type ProfileDetail = Schemas["MeterProfileDetail"];
export type CheckedProfile = Schemas["CheckedProfile"];
export type SentProfile = Schemas["SentProfile"];

/** Every meter profile. */
export const profilesQuery = queryOptions({
  queryKey: ["profiles"],
  queryFn: () => dataOf(api.GET("/api/meter-profiles")),
});

/** One profile whole. */
export const profileQuery = (name: string) =>
  queryOptions({
    queryKey: ["profiles", name],
    queryFn: () => dataOf(api.GET("/api/meter-profiles/{name}", { params: { path: { name } } })),
  });

/** What is done about profiles. Each @throws {ApiProblem} when refused. */
export const profileDeeds = {
  check: (profile: unknown): Promise<CheckedProfile> =>
    dataOf(api.POST("/api/meter-profiles/check", { body: { profile } })),
  save: async (name: string, body: { profile: unknown; reason: string; basedOn: number | null }) => {
    const detail = await dataOf(api.PUT("/api/meter-profiles/{name}", { params: { path: { name } }, body }));
    void queryClient.invalidateQueries({ queryKey: ["profiles"] });
    return detail;
  },
  send: async (name: string, agents: readonly AgentName[], reason: string): Promise<SentProfile> => {
    const body = { agents: [...agents], reason };
    const sent = await dataOf(api.POST("/api/meter-profiles/{name}/send", { params: { path: { name } }, body }));
    void queryClient.invalidateQueries({ queryKey: ["fleet"] });
    return sent;
  },
};
