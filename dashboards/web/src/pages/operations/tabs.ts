import type { Permission } from "../../api/session.ts";

/** A tab of the operations pages, and the right that shows it. */
export interface OperationsTab {
  readonly to:
    | "/operations/health"
    | "/operations/agents"
    | "/operations/set-aside"
    | "/operations/quarantine"
    | "/operations/devices"
    | "/operations/jobs";
  readonly word: "health" | "agents" | "setAside" | "quarantine" | "devices" | "jobs";
  readonly permission: Permission;
}

/** The tabs of the operations pages, in their order: first what everything hangs on. */
export const OPERATIONS_TABS: readonly OperationsTab[] = [
  { to: "/operations/health", word: "health", permission: "operations.health.read" },
  { to: "/operations/agents", word: "agents", permission: "enrolment.agent.read" },
  { to: "/operations/set-aside", word: "setAside", permission: "collection.set_aside.read" },
  { to: "/operations/quarantine", word: "quarantine", permission: "collection.set_aside.read" },
  { to: "/operations/devices", word: "devices", permission: "collection.set_aside.read" },
  { to: "/operations/jobs", word: "jobs", permission: "system.job.read" },
];

/** The tabs that a person may see. */
export function tabsFor(permissions: readonly Permission[]): readonly OperationsTab[] {
  return OPERATIONS_TABS.filter((tab) => permissions.includes(tab.permission));
}
