import { ApiError } from "@nightflow/domain";
import { z } from "zod";

/** The schemas that get a name of their own in the OpenAPI document. */
export const apiSchemas = z.registry<{ id: string }>();

/** `schema` under a name in the OpenAPI document, from which the web client's types are generated. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  apiSchemas.add(schema, { id });
  return schema;
}

named("ApiError", ApiError);

/** What every route answers when it does not succeed. */
export const problems = { "4xx": ApiError, "5xx": ApiError } as const;

/** An instant: epoch milliseconds, UTC, by the business clock unless said otherwise. */
export const Instant = z.int().meta({ description: "Epoch milliseconds, UTC." });

/** A local date, `2026-10-31`, in the zone of the company. */
export const LocalDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "must be a date such as 2026-10-31");

/** A local month, `2026-10`, in the zone of the company. */
export const LocalMonth = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "must be a month such as 2026-10");

/** Zh and en side by side. */
export const Words = named("Words", z.strictObject({ zh: z.string(), en: z.string() }));

/** `true` or `false` in a query string. */
export const QueryFlag = z.enum(["true", "false"]).transform((text) => text === "true");

/** Path parameters of routes that name a row by its UUID. */
export const IdParams = z.strictObject({ id: z.uuid() });

/** Path parameters of routes that name a thing by its own id (meter, district). */
export const KeyParams = z.strictObject({ id: z.string().min(1).max(64) });

/** The answer of a route that gives a CSV file. */
export const csvResponse = {
  description: "A CSV file, UTF-8 with a byte order mark.",
  content: { "text/csv": { schema: z.string() } },
};
