import { readFileSync } from "node:fs";
import { agentFamilies } from "@nightflow/edge-agent";
import { ingestFamilies } from "@nightflow/ingest";
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

test("the reference names every metric of ingest", () => {
  const readings = { taken: 0, stored: 0, suspect: 0, repeats: 0, deadLetters: 0, quarantined: 0, conflicts: 0 };
  const batches = { repeatedBatches: 0, repeatedFaults: 0, refusedBatches: 0, pendingBatches: 0, pendingBytes: 0 };
  const commits = {
    commits: 0,
    failedCommits: 0,
    commitMs: { boundsMs: [], counts: [0], count: 0, sumMs: 0, maxMs: 0 },
  };
  const births = { nodeBirths: 0, deviceBirths: 0, nodeDeaths: 0, deviceDeaths: 0, aliveNodes: 0, deadNodes: 0 };
  const sparkplug = { ...births, sequenceGaps: 0, unbornMessages: 0, unknownMetrics: 0, rebirthsAsked: 0 };
  for (const { name } of ingestFamilies({ ...readings, ...batches, ...commits, sparkplug }))
    expect(PAGE).toContain(`\`${name}\``);
});
