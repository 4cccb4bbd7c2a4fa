import { readFileSync } from "node:fs";
import { agentFamilies } from "@nightflow/edge-agent";
import { expect, test } from "vitest";

const PAGE = readFileSync(new URL("../../../docs/reference/metrics.md", import.meta.url), "utf8");

test("the reference names every metric of an agent with what it says", () => {
  const outbox = { records: 0, bytes: 0, maxBytes: 1, oldestReadAt: null, dropped: 0, taken: 0, alarm: false };
  const uplink = { isConnected: true, inFlight: 0, lastAckAgeS: 1, nowMs: 0 };
  const watch = { buses: [], pollsSkipped: 0, suppressed: 0, headEndClock: null, configResult: null, ...uplink };
  const fill = { ...outbox, damagedStretches: 0, policy: "stop" as const, holdsH: null };
  for (const { name, help } of agentFamilies({ ...watch, outbox: fill }))
    expect(PAGE.split("\n").find((line) => line.includes(`\`${name}\``))).toContain(help);
});
