import { traceOfCommit } from "@nightflow/domain";
import { ApiAnswerError, type ApiClient } from "@nightflow/nightflow";
import type { Fault, Town } from "@nightflow/simulators";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Installation } from "../support/installation.ts";
import { LiveEvents } from "../support/live-events.ts";
import { testedStores } from "../support/stores.ts";
import { TraceReceiver } from "../support/trace-receiver.ts";

interface Anomaly {
  readonly rule: string;
  readonly subject: string;
  readonly state: string;
  readonly startsAt: number;
  readonly outcome: string | null;
  readonly ticket: { readonly id: string } | null;
}

interface Ticket {
  readonly id: string;
  readonly subject: string;
  readonly state: string;
  readonly version: number;
  readonly anomalies: number;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly steps: readonly {
    readonly toState: string | null;
    readonly actorName: string | null;
    readonly at: number;
  }[];
}

interface Report {
  readonly id: string;
  readonly state: string;
  readonly error: string | null;
  readonly totalM3: number | null;
  readonly completeness: number | null;
  readonly htmlUrl: string | null;
  readonly csvUrl: string | null;
}

const HOUR_MS = 3_600_000;
const NORTH = "N1-H001";
const SOUTH = "S1-H001";
const FACTOR = 4320;
/** Long enough for the whole month before this one, and for what the detectors want to have seen. */
const HISTORY_DAYS = 65;
const SHANGHAI_MS = 8 * HOUR_MS;

/** A cistern in the north and one in the south that begin to run within the first hours. */
function leaks(_town: Town, liveStartMs: number): readonly Fault[] {
  const span = { startMs: liveStartMs + 2 * HOUR_MS, endMs: liveStartMs + 400 * HOUR_MS };
  return [
    { id: "toilet-north", kind: "toilet", meter: NORTH, flowM3h: 0.4, ...span },
    { id: "toilet-south", kind: "toilet", meter: SOUTH, flowM3h: 0.4, ...span },
  ];
}

describe.each(testedStores())("from a leak to a closed ticket, on $name", (store) => {
  describe.runIf(store.isThere)("in a town with two months of history", () => {
    let installation: Installation;
    let control: ApiClient;
    let desk: ApiClient;
    let everything: LiveEvents;
    let northOnly: LiveEvents;
    let traces: TraceReceiver;

    beforeAll(async () => {
      traces = await TraceReceiver.start();
      installation = await Installation.make({
        place: await store.place(),
        factor: FACTOR,
        historyDays: HISTORY_DAYS,
        faults: leaks,
        settings: { operate: { port: 0, tracing: { url: traces.url } } },
      });
      await installation.startAll();
      control = await installation.signIn("control");
      desk = await installation.signIn("desk");
      everything = await LiveEvents.listen(installation, "desk");
      northOnly = await LiveEvents.listen(installation, "desk-north");
    });

    afterAll(async () => {
      await everything?.close();
      await northOnly?.close();
      await installation?.close();
      await traces?.close();
    });

    const ticketsOf = async (api: ApiClient, subject: string) =>
      (await api.get<{ items: Ticket[] }>(`/api/tickets?state=all&subject=${subject}`)).items;
    const anomaliesOf = async (subject: string) =>
      (await control.get<{ items: Anomaly[] }>(`/api/anomalies?state=all&subject=${subject}`)).items;
    const liveOf = async (subject: string) =>
      (await anomaliesOf(subject)).filter(({ startsAt }) => startsAt > installation.liveStartMs);

    it("orders a usage report whose total is the difference of the register", async () => {
      const manager = await installation.signIn("manager");
      const { items } = await manager.get<{ items: { id: string; customer: string }[] }>("/api/accounts");
      const hotel = items.find(({ customer }) => customer.includes("Hotel"));
      const { month, fromMs, toMs } = monthBefore(installation.liveStartMs);
      const order = { accountId: hotel?.id ?? "", month, language: "en" };
      const { id } = await manager.post<Report>("/api/reports", order);
      const report = await eventually("the report", async () => {
        const now = await manager.get<Report>(`/api/reports/${id}`);
        return now.state === "done" || now.state === "failed" ? now : undefined;
      });
      const { registers } = installation.simulators;
      const used =
        registers.registerAt("HOTEL", "forward_total", toMs) - registers.registerAt("HOTEL", "forward_total", fromMs);
      expect(report).toMatchObject({ state: "done", error: null, completeness: 1 });
      expect(report.totalM3).toBeCloseTo(used / 1000, 6);
      expect(await manager.text(report.htmlUrl ?? "")).toContain("<html");
      expect(await manager.text(report.csvUrl ?? "")).toContain(",");
    });

    it("finds both leaks and opens exactly one ticket for each", async () => {
      for (const meter of [NORTH, SOUTH]) {
        await eventually(
          `a ticket for ${meter}`,
          async () => ((await ticketsOf(desk, meter)).length > 0 ? true : undefined),
          90_000,
        );
        await eventually(
          `a second finding about ${meter}`,
          async () => ((await liveOf(meter)).length > 1 ? true : undefined),
          90_000,
        );
        const [ticket, ...others] = await ticketsOf(desk, meter);
        expect(others).toEqual([]);
        expect(ticket?.openedAt).toBeGreaterThan(installation.liveStartMs);
        const found = await eventually("findings that have joined the ticket", async () => {
          const anomalies = await liveOf(meter);
          return anomalies.every((one) => one.ticket?.id === ticket?.id) ? anomalies : undefined;
        });
        expect(found.every(({ startsAt }) => startsAt >= installation.liveStartMs)).toBe(true);
      }
    });

    it("shows in traces the way of one batch from the agent to the ticket", async () => {
      const way = await eventually("spans of the whole way", () => wayOfOneBatch(traces));
      expect(way.ticket.traceId).toBe(way.page.traceId);
      expect(way.commit.traceId).toBe(traceOfCommit(Number(way.batch.attributes["nightflow.commit"])).traceId);
      expect(way.batch.attributes["nightflow.agent"]).toBe(way.agent.attributes["nightflow.agent"]);
      expect([way.agent, way.batch, way.page, way.ticket].map(({ service }) => service)).toEqual([
        "nightflow-agent",
        "nightflow-head-end",
        "nightflow-analytics",
        "nightflow-api",
      ]);
    });

    it("tells the pages of it as it happens, each person only of his own region", async () => {
      const [north] = await ticketsOf(desk, NORTH);
      const [south] = await ticketsOf(desk, SOUTH);
      const subjects = (events: LiveEvents) =>
        events.heard.filter(({ kind }) => kind === "ticket").map(({ subject }) => subject);
      await eventually("events of both tickets", () => {
        const heard = subjects(everything);
        return heard.includes(north?.id ?? "") && heard.includes(south?.id ?? "") ? true : undefined;
      });
      await eventually("the event of the north's ticket", () =>
        subjects(northOnly).includes(north?.id ?? "") ? true : undefined,
      );
      expect(subjects(northOnly)).not.toContain(south?.id);
    });

    it("shows the north's desk nothing of the south", async () => {
      const deskNorth = await installation.signIn("desk-north");
      const [south] = await ticketsOf(desk, SOUTH);
      expect(await ticketsOf(deskNorth, SOUTH)).toEqual([]);
      const { items } = await deskNorth.get<{ items: Ticket[] }>("/api/tickets?state=all&limit=500");
      expect(items.filter(({ subject }) => subject.startsWith("S"))).toEqual([]);
      for (const path of [
        `/api/tickets/${south?.id}`,
        `/api/meters/${SOUTH}`,
        `/api/meters/${SOUTH}/curve?from=0&to=1`,
      ])
        await expect(deskNorth.get(path)).rejects.toMatchObject({ status: 404 });
      const move = { to: "accepted", version: south?.version ?? 0 };
      await expect(deskNorth.post(`/api/tickets/${south?.id}/move`, move)).rejects.toBeInstanceOf(ApiAnswerError);
      expect((await ticketsOf(desk, SOUTH))[0]?.state).toBe("new");
    });

    it("moves the ticket to closed, with actor and time of every step, and its findings carry what was found", async () => {
      const [ticket] = await ticketsOf(desk, NORTH);
      const id = ticket?.id ?? "";
      await fetch(new URL("/faults/toilet-north/repair", installation.simulators.endpoints.control.url), {
        method: "POST",
      });
      for (const step of STEPS) await moveTicket(desk, id, step);
      const closed = await desk.get<Ticket>(`/api/tickets/${id}`);
      expect(closed).toMatchObject({ state: "closed", closedAt: expect.any(Number) });
      const moves = closed.steps.filter(({ toState }) => toState !== null);
      expect(moves.map(({ toState }) => toState)).toEqual(expect.arrayContaining(STEPS.map(({ to }) => to)));
      expect(moves.every(({ at }, i) => at >= (moves[i - 1]?.at ?? 0))).toBe(true);
      expect(moves.filter(({ actorName }) => actorName?.includes("desk"))).toHaveLength(STEPS.length);
      await eventually("findings that are closed as confirmed", async () => {
        const findings = (await liveOf(NORTH)).filter((one) => one.ticket?.id === id);
        return findings.every(({ state, outcome }) => state === "closed" && outcome === "confirmed_leak_customer")
          ? true
          : undefined;
      });
    });

    it("opens no ticket for anything that began in the imported past", async () => {
      const { items } = await control.get<{ items: Anomaly[] }>("/api/anomalies?state=all&limit=500");
      const past = items.filter(({ startsAt, state }) => startsAt < installation.liveStartMs && state === "past");
      expect(past.filter(({ ticket }) => ticket !== null)).toEqual([]);
      const tickets = await desk.get<{ items: Ticket[] }>("/api/tickets?state=all&limit=500");
      expect(tickets.items.filter(({ openedAt }) => openedAt < installation.liveStartMs)).toEqual([]);
    });
  });
});

const STEPS = [
  { to: "accepted", note: "Looked at the curve" },
  { to: "in_progress", note: "Crew is on the way" },
  { to: "resolved", cause: "Running cistern", result: "Valve changed", outcome: "confirmed_leak_customer" },
  { to: "follow_up" },
  { to: "closed", followUpExemption: "internal" },
] as const;

/** A step, as a person takes it: who is told that a finding has changed the ticket meanwhile looks again. */
async function moveTicket(desk: ApiClient, id: string, step: (typeof STEPS)[number]): Promise<void> {
  await eventually(`the step to ${step.to}`, async () => {
    const { version } = await desk.get<Ticket>(`/api/tickets/${id}`);
    await desk.post(`/api/tickets/${id}/move`, { ...step, version });
    return true;
  });
}

/** Spans of one batch that has become a ticket; a page reads commits of the imported past too, which no agent has sent. */
function wayOfOneBatch(traces: TraceReceiver) {
  // Of tickets that were opened and of findings that joined one: spans are sent as best they can, and one may be missing.
  for (const ticket of traces.named("crm ticket")) {
    const finding = traces.named("analytics finding").find(({ spanId }) => spanId === ticket.parentSpanId);
    const page = traces.named("analytics page").find(({ spanId }) => spanId === finding?.parentSpanId);
    const commits = new Set(page?.links.map(({ traceId }) => traceId));
    for (const commit of traces.named("ingest commit").filter(({ traceId }) => commits.has(traceId))) {
      const linked = new Set(commit.links.map(({ spanId }) => spanId));
      const batch = traces.named("ingest batch").find(({ spanId }) => linked.has(spanId));
      const agent = traces.named("agent batch").find(({ traceId }) => traceId === batch?.traceId);
      if (page && batch && agent) return { ticket, page, commit, batch, agent };
    }
  }
  return undefined;
}

/** The calendar month before an instant in the town's zone. */
function monthBefore(atMs: number) {
  const local = new Date(atMs + SHANGHAI_MS);
  const startOf = (offset: number) => Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + offset, 1);
  const month = new Date(startOf(-1)).toISOString().slice(0, 7);
  return { month, fromMs: startOf(-1) - SHANGHAI_MS, toMs: startOf(0) - SHANGHAI_MS };
}
