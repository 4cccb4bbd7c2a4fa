import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "../../api/client.ts";
import type { components } from "../../api/generated/schema.d.ts";
import { queryClient } from "../../api/query-client.ts";

type Schemas = components["schemas"];
export type Holiday = Schemas["Holiday"];
export type HolidayUnit = Schemas["HolidayUnit"];
export type HolidayImport = Schemas["HolidayImport"];

const KEY = ["holidays"] as const;

/** The holidays that touch a year, with the units that keep some or may. */
export const holidaysQuery = (year: number) =>
  queryOptions({
    queryKey: [...KEY, year],
    queryFn: () => dataOf(api.GET("/api/holidays", { params: { query: { year } } })),
  });

/** Looks again after a change. */
export async function refreshHolidays(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: KEY });
}

/** Adds one. */
export const addHoliday = (body: {
  readonly firstDay: string;
  readonly lastDay: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly unit: string;
}) => dataOf(api.POST("/api/holidays", { body }));

/** Takes one out. */
export const removeHoliday = (id: string) => dataOf(api.DELETE("/api/holidays/{id}", { params: { path: { id } } }));

/** Puts one back that was taken out. */
export const restoreHoliday = (id: string) =>
  dataOf(api.POST("/api/holidays/{id}/restore", { params: { path: { id } } }));

/** Reads a file; a trial says what it would do. */
export const importHolidays = (body: { readonly text: string; readonly unit: string; readonly isTrial: boolean }) =>
  dataOf(api.POST("/api/holidays/import", { body }));
