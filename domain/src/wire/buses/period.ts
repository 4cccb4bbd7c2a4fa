import { z } from "zod";

/** How often a bus or unit is read. */
export const Period = z.int().min(1).max(86_400).meta({ description: "Time between two polls.", unit: "s" });
