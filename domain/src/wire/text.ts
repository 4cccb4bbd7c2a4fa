import { z } from "zod";
import { ID_PATTERN } from "../ids.ts";

/** An id of any kind inside a wire payload, unbranded. */
export const Id = z.string().regex(ID_PATTERN, "must be 1 to 64 characters of A-Z a-z 0-9 _ . : -");
