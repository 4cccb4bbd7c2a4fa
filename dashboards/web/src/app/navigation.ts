import type { Permission } from "../api/session.ts";

/** A page of the main navigation, and the right that shows it. */
export interface NavigationEntry {
  readonly to: "/" | "/events" | "/shift" | "/tickets" | "/meters" | "/collection" | "/accounts" | "/operations";
  readonly word:
    | "controlRoom"
    | "events"
    | "shift"
    | "tickets"
    | "meters"
    | "collection"
    | "keyAccounts"
    | "operations";
  readonly permission: Permission;
}

/** The main navigation, in its order. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { to: "/", word: "controlRoom", permission: "monitor.overview.read" },
  { to: "/events", word: "events", permission: "monitor.event.read" },
  { to: "/shift", word: "shift", permission: "monitor.shift.read" },
  { to: "/tickets", word: "tickets", permission: "ticket.ticket.read" },
  { to: "/meters", word: "meters", permission: "meter.meter.read" },
  { to: "/collection", word: "collection", permission: "collection.status.read" },
  { to: "/accounts", word: "keyAccounts", permission: "account.account.read" },
  { to: "/operations", word: "operations", permission: "operations.health.read" },
];

/** The pages that a person may see. */
export function pagesFor(permissions: readonly Permission[]): readonly NavigationEntry[] {
  return NAVIGATION.filter((entry) => permissions.includes(entry.permission));
}

const FIRST_PAGES: Readonly<Record<string, NavigationEntry["to"]>> = {
  admin: "/",
  auditor: "/",
  control: "/",
  collector: "/collection",
  manager: "/accounts",
  desk: "/tickets",
};

/** The page that answers a role's first question. */
export function firstPageOf(role: string): NavigationEntry["to"] {
  return FIRST_PAGES[role] ?? "/";
}

/** Where to go after the sign-in: the page that was asked for when it is one of ours, else the role's first. */
export function pageAfterSignIn(role: string, wanted: string | undefined): string {
  const isOurs = wanted?.startsWith("/") === true && !wanted.startsWith("//") && !wanted.startsWith("/\\");
  return isOurs && wanted !== "/" && !wanted.startsWith("/sign-in") ? wanted : firstPageOf(role);
}
