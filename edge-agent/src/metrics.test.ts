import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { pino } from "pino";
import { expect, test } from "vitest";
import { type AgentWatch, agentFamilies, serveAgentMetrics } from "./metrics.ts";

const outbox = {
  records: 12,
  bytes: 40,
  maxBytes: 100,
  oldestReadAt: 4_000,
  dropped: 1,
  taken: 99,
  alarm: false,
  damagedStretches: 0,
  policy: "dropOldest" as const,
  holdsH: 7.5,
};
const unit = (state: "good" | "silent", polls: number, failures: number) => ({
  meter: `m-${polls}`,
  state,
  polls,
  failures,
  lastGoodAt: null,
  lastError: null,
});
const watch: AgentWatch = {
  outbox,
  buses: [
    {
      bus: "rs485",
      units: [unit("good", 10, 1), unit("silent", 20, 20)],
      line: { isOpen: true, fault: null, load: 0.25, requests: 40, timeouts: 9, exceptions: 2, strays: 1 },
    },
    { bus: "plant", units: [] },
  ],
  pollsSkipped: 3,
  suppressed: 5,
  headEndClock: { offsetMs: 2500, roundTripMs: 20, measuredAt: 1, alarm: false },
  configResult: null,
  isConnected: true,
  inFlight: 2,
  lastAckAgeS: null,
  nowMs: 64_000,
};
const silent = pino({ level: "silent" });

test("an agent shows how full its outbox is, how old its oldest reading, and how each bus fares", () => {
  const value = (name: string) =>
    agentFamilies(watch).find((family) => family.name === `nightflow_agent_${name}`)?.samples;
  expect(value("outbox_fill_ratio")).toEqual([{ value: 0.4 }]);
  expect(value("outbox_oldest_seconds")).toEqual([{ value: 60 }]);
  expect(value("polls_total")).toEqual([
    { value: 30, labels: { bus: "rs485" } },
    { value: 0, labels: { bus: "plant" } },
  ]);
  expect(value("poll_failures_total")).toEqual([
    { value: 21, labels: { bus: "rs485" } },
    { value: 0, labels: { bus: "plant" } },
  ]);
  expect(value("meters_not_good")).toEqual([
    { value: 1, labels: { bus: "rs485" } },
    { value: 0, labels: { bus: "plant" } },
  ]);
  expect(value("line_load_ratio")).toEqual([{ value: 0.25, labels: { bus: "rs485" } }]);
  expect(value("request_timeouts_total")).toEqual([{ value: 9, labels: { bus: "rs485" } }]);
  expect(value("connected")).toEqual([{ value: 1 }]);
  expect(value("last_ack_seconds")).toEqual([]);
  expect(value("outbox_holds_hours")).toEqual([{ value: 7.5 }]);
  expect(value("clock_offset_seconds")).toEqual([{ value: 2.5 }]);
});

test("the metrics are served, and a taken port keeps no agent from collecting", async () => {
  const server = await serveAgentMetrics(() => agentFamilies(watch), { host: "127.0.0.1", port: 0 }, silent);
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain("nightflow_agent_outbox_readings 12\n");
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  await server.close();
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as AddressInfo;
  const refused = await serveAgentMetrics(() => [], { host: "127.0.0.1", port }, silent);
  expect(refused.url).toBeNull();
  await new Promise((resolve) => holder.close(resolve));
});
