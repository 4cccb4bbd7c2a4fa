import { AGENT_TARGETS } from "./agent-targets.ts";
import type { FuzzTarget } from "./target.ts";
import { WIRE_TARGETS } from "./wire-targets.ts";

/** Every decoder of the project that takes bytes from outside. */
export const TARGETS: readonly FuzzTarget[] = [...AGENT_TARGETS, ...WIRE_TARGETS];
