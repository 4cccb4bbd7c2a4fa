import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { ApiProblem } from "../api/client.ts";
import { onSessionEnded, queryClient } from "../api/query-client.ts";
import { oneOf, type RawSearch, textOf } from "../api/search.ts";
import { sessionQuery, type TimedSession } from "../api/session.ts";
import { accountSearch } from "../pages/account/search.ts";
import { agentSearch } from "../pages/agent/search.ts";
import { collectionSearch } from "../pages/collection/search.ts";
import { approvalsSearch, commandsSearch } from "../pages/commands/search.ts";
import { eventsSearch } from "../pages/events/search.ts";
import { fleetSearch } from "../pages/fleet/search.ts";
import { holidaysSearch } from "../pages/holidays/search.ts";
import { meterSearch } from "../pages/meter/search.ts";
import { metersSearch } from "../pages/meters/search.ts";
import { missingSearch } from "../pages/missing-readings/search.ts";
import { agentsSearch } from "../pages/operations/agents/search.ts";
import { devicesSearch } from "../pages/operations/devices/search.ts";
import { jobsSearch } from "../pages/operations/jobs/search.ts";
import { quarantineSearch } from "../pages/operations/quarantine/search.ts";
import { setAsideSearch } from "../pages/operations/set-aside/search.ts";
import { tabsFor } from "../pages/operations/tabs.ts";
import { rulesSearch } from "../pages/rules/search.ts";
import { ticketsSearch } from "../pages/tickets/search.ts";
import { adoptLanguage } from "../words/index.ts";
import { firstPageOf, pagesFor } from "./navigation.ts";
import { PageError } from "./page-error.tsx";
import { PageLoading } from "./page-loading.tsx";

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: lazyRouteComponent(() => import("../pages/not-found/page.tsx"), "NotFoundPage"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "sign-in",
  validateSearch: (search: RawSearch): { to?: string | undefined } => ({ to: textOf(search.to) }),
  component: lazyRouteComponent(() => import("../pages/sign-in/page.tsx"), "SignInPage"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "setup",
  component: lazyRouteComponent(() => import("../pages/setup/page.tsx"), "SetupPage"),
});

/** Everything behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ location }) => ({ session: await sessionOrSignIn(location.href) }),
  component: lazyRouteComponent(() => import("./shell.tsx"), "Shell"),
});

async function sessionOrSignIn(wanted: string): Promise<TimedSession> {
  try {
    const session = await queryClient.ensureQueryData(sessionQuery);
    await adoptLanguage(session.language);
    return session;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) throw redirect({ to: "/sign-in", search: { to: wanted } });
    throw error;
  }
}

/** The wall: behind the sign-in, without what surrounds the other pages. */
const wall = createRoute({
  getParentRoute: () => root,
  path: "wall",
  validateSearch: (search: RawSearch): { theme?: "light" | "dark" | undefined } => ({
    theme: oneOf(search.theme, ["light", "dark"]),
  }),
  beforeLoad: async ({ location }) => ({ session: await sessionOrSignIn(location.href) }),
  component: lazyRouteComponent(() => import("../pages/wall/page.tsx"), "WallPage"),
});

const controlRoom = createRoute({
  getParentRoute: () => inside,
  path: "/",
  validateSearch: (search: RawSearch): { dma?: string | undefined } => ({ dma: textOf(search.dma) }),
  beforeLoad: ({ context }) => {
    const { permissions, role } = context.session;
    if (!pagesFor(permissions).some((page) => page.to === "/")) throw redirect({ to: firstPageOf(role) });
  },
  component: lazyRouteComponent(() => import("../pages/control-room/page.tsx"), "ControlRoomPage"),
});

const events = createRoute({
  getParentRoute: () => inside,
  path: "events",
  validateSearch: eventsSearch,
  component: lazyRouteComponent(() => import("../pages/events/page.tsx"), "EventsPage"),
});

const event = createRoute({
  getParentRoute: () => inside,
  path: "events/$id",
  component: lazyRouteComponent(() => import("../pages/event/page.tsx"), "EventPage"),
});

const district = createRoute({
  getParentRoute: () => inside,
  path: "districts/$id",
  component: lazyRouteComponent(() => import("../pages/district/page.tsx"), "DistrictPage"),
});

const holidays = createRoute({
  getParentRoute: () => inside,
  path: "holidays",
  validateSearch: holidaysSearch,
  component: lazyRouteComponent(() => import("../pages/holidays/page.tsx"), "HolidaysPage"),
});

const rules = createRoute({
  getParentRoute: () => inside,
  path: "rules",
  validateSearch: rulesSearch,
  component: lazyRouteComponent(() => import("../pages/rules/page.tsx"), "RulesPage"),
});

const shift = createRoute({
  getParentRoute: () => inside,
  path: "shift",
  validateSearch: (search: RawSearch): { q?: string | undefined } => ({ q: textOf(search.q) }),
  component: lazyRouteComponent(() => import("../pages/shift/page.tsx"), "ShiftPage"),
});

const tickets = createRoute({
  getParentRoute: () => inside,
  path: "tickets",
  validateSearch: ticketsSearch,
  component: lazyRouteComponent(() => import("../pages/tickets/page.tsx"), "TicketsPage"),
});

const meters = createRoute({
  getParentRoute: () => inside,
  path: "meters",
  validateSearch: metersSearch,
  component: lazyRouteComponent(() => import("../pages/meters/page.tsx"), "MetersPage"),
});

const meter = createRoute({
  getParentRoute: () => inside,
  path: "meters/$id",
  validateSearch: meterSearch,
  component: lazyRouteComponent(() => import("../pages/meter/page.tsx"), "MeterPage"),
});

const collection = createRoute({
  getParentRoute: () => inside,
  path: "collection",
  validateSearch: collectionSearch,
  component: lazyRouteComponent(() => import("../pages/collection/page.tsx"), "CollectionPage"),
});

const missingReadings = createRoute({
  getParentRoute: () => inside,
  path: "collection/missing",
  validateSearch: missingSearch,
  component: lazyRouteComponent(() => import("../pages/missing-readings/page.tsx"), "MissingReadingsPage"),
});

const commission = createRoute({
  getParentRoute: () => inside,
  path: "commission/$id",
  component: lazyRouteComponent(() => import("../pages/commission/page.tsx"), "CommissionPage"),
});

const fleet = createRoute({
  getParentRoute: () => inside,
  path: "collection/fleet",
  validateSearch: fleetSearch,
  component: lazyRouteComponent(() => import("../pages/fleet/page.tsx"), "FleetPage"),
});

const agent = createRoute({
  getParentRoute: () => inside,
  path: "collection/fleet/$site/$agent",
  validateSearch: agentSearch,
  component: lazyRouteComponent(() => import("../pages/agent/page.tsx"), "AgentPage"),
});

const profiles = createRoute({
  getParentRoute: () => inside,
  path: "collection/profiles",
  validateSearch: (search: RawSearch): { q?: string | undefined } => ({ q: textOf(search.q) }),
  component: lazyRouteComponent(() => import("../pages/profiles/page.tsx"), "ProfilesPage"),
});

const profile = createRoute({
  getParentRoute: () => inside,
  path: "collection/profiles/$name",
  validateSearch: (search: RawSearch): { command?: string | undefined } => ({ command: textOf(search.command) }),
  component: lazyRouteComponent(() => import("../pages/profile/page.tsx"), "ProfilePage"),
});

const commands = createRoute({
  getParentRoute: () => inside,
  path: "collection/commands",
  validateSearch: commandsSearch,
  component: lazyRouteComponent(() => import("../pages/commands/page.tsx"), "CommandsPage"),
});

const approvals = createRoute({
  getParentRoute: () => inside,
  path: "collection/approvals",
  validateSearch: approvalsSearch,
  component: lazyRouteComponent(() => import("../pages/commands/approvals-page.tsx"), "ApprovalsPage"),
});

const accounts = createRoute({
  getParentRoute: () => inside,
  path: "accounts",
  validateSearch: (search: RawSearch): { of?: "all" | undefined; q?: string | undefined } => ({
    of: oneOf(search.of, ["all"]),
    q: textOf(search.q),
  }),
  component: lazyRouteComponent(() => import("../pages/accounts/page.tsx"), "AccountsPage"),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: "accounts/$id",
  validateSearch: accountSearch,
  component: lazyRouteComponent(() => import("../pages/account/page.tsx"), "AccountPage"),
});

const operations = createRoute({
  getParentRoute: () => inside,
  path: "operations",
  component: lazyRouteComponent(() => import("../pages/operations/frame.tsx"), "OperationsFrame"),
});

const operationsFirst = createRoute({
  getParentRoute: () => operations,
  path: "/",
  beforeLoad: ({ context }) => {
    const [first] = tabsFor(context.session.permissions);
    throw redirect({ to: first?.to ?? firstPageOf(context.session.role), replace: true });
  },
});

const health = createRoute({
  getParentRoute: () => operations,
  path: "health",
  component: lazyRouteComponent(() => import("../pages/operations/health/page.tsx"), "HealthPage"),
});

const agents = createRoute({
  getParentRoute: () => operations,
  path: "agents",
  validateSearch: agentsSearch,
  component: lazyRouteComponent(() => import("../pages/operations/agents/page.tsx"), "AgentsPage"),
});

const setAside = createRoute({
  getParentRoute: () => operations,
  path: "set-aside",
  validateSearch: setAsideSearch,
  component: lazyRouteComponent(() => import("../pages/operations/set-aside/page.tsx"), "SetAsidePage"),
});

const quarantine = createRoute({
  getParentRoute: () => operations,
  path: "quarantine",
  validateSearch: quarantineSearch,
  component: lazyRouteComponent(() => import("../pages/operations/quarantine/page.tsx"), "QuarantinePage"),
});

const devices = createRoute({
  getParentRoute: () => operations,
  path: "devices",
  validateSearch: devicesSearch,
  component: lazyRouteComponent(() => import("../pages/operations/devices/page.tsx"), "DevicesPage"),
});

const jobs = createRoute({
  getParentRoute: () => operations,
  path: "jobs",
  validateSearch: jobsSearch,
  component: lazyRouteComponent(() => import("../pages/operations/jobs/page.tsx"), "JobsPage"),
});

const operationsPages = [operationsFirst, health, agents, setAside, quarantine, devices, jobs];

const pages = inside.addChildren([
  ...[controlRoom, district, events, event, rules, holidays, shift, tickets, meters, meter, accounts, account],
  ...[commission, collection, missingReadings, fleet, agent, profiles, profile, commands, approvals],
  operations.addChildren(operationsPages),
]);

/** Every address of the application. */
export const router = createRouter({
  routeTree: root.addChildren([signIn, setup, wall, pages]),
  defaultErrorComponent: PageError,
  defaultPendingComponent: PageLoading,
  defaultPendingMs: 300,
  scrollRestoration: true,
});

onSessionEnded(() => {
  if (router.state.location.pathname === "/sign-in" || router.state.location.pathname === "/setup") return;
  queryClient.removeQueries(sessionQuery);
  void router.navigate({ to: "/sign-in", search: { to: router.state.location.href } });
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** A profile that was found and is not kept yet. */
    profile?: unknown;
  }
}
