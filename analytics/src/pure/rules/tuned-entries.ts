import type { TunedRule } from "../tuning.ts";
import { ACCOUNT_RULES } from "./account-rules.ts";
import { CUSTOMER_RULES } from "./customer-rules.ts";
import { DISTRICT_RULES } from "./district-rules.ts";
import type { TunedEntries } from "./entry.ts";

/** Every rule that can be tuned. */
export const TUNED_ENTRIES: TunedEntries<TunedRule> = { ...CUSTOMER_RULES, ...ACCOUNT_RULES, ...DISTRICT_RULES };
