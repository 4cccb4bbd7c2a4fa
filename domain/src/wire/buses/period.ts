import { z } from "zod";

/** How often a bus or unit is read. */
export const Period = z
  .number()
  .min(0.1)
  .max(86_400)
  .meta({ description: "Time between two polls; tenths of a second for machines, minutes for meters.", unit: "s" });
