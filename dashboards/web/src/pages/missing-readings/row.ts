import type { components } from "../../api/generated/schema.d.ts";

/** A meter with what did not come of it, as a row of a list. */
export type MissingRow = components["schemas"]["MeterGaps"] & { readonly id: string };
