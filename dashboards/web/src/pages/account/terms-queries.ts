import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "../../api/client.ts";
import type { components } from "../../api/generated/schema.d.ts";
import { queryClient } from "../../api/query-client.ts";

export type Schemas = components["schemas"];
export type AccountTerms = Schemas["AccountTerms"];
export type Thresholds = AccountTerms["thresholds"];
export type AccountDays = Schemas["AccountDays"];
export type AccountBands = Schemas["AccountBands"];

/** What an account is judged by, and when it works. */
export const accountTermsQuery = (id: string) =>
  queryOptions({
    queryKey: ["account", id, "terms"],
    queryFn: () => dataOf(api.GET("/api/accounts/{id}/terms", { params: { path: { id } } })),
  });

/** The band of each hour of a span. */
export const accountBandsQuery = (id: string, span: { readonly from: number; readonly to: number }) =>
  queryOptions({
    queryKey: ["account", id, "bands", span],
    queryFn: () => dataOf(api.GET("/api/accounts/{id}/bands", { params: { path: { id }, query: span } })),
    staleTime: 60_000,
  });

/** Looks again at what is judged by the terms, after they were changed. */
export async function refreshTerms(id: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ["account", id, "terms"] }),
    queryClient.invalidateQueries({ queryKey: ["account", id, "bands"] }),
  ]);
}
