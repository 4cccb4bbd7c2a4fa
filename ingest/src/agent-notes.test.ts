import type { AgentStatus } from "@nightflow/domain";
import { expect, test } from "vitest";
import type { AgentDirectory } from "./ports.ts";
import { NOON, testBench } from "./testing/test-bench.ts";

const STATUS = "nf/v1/town/gw-1/status";
const REPORT = "nf/v1/town/gw-1/config/report";

function statusAt(at: number): string {
  return JSON.stringify({ v: 1, state: "online", at });
}

/** A directory that may be slow or away. */
class TestDirectory implements AgentDirectory {
  readonly statuses: AgentStatus[] = [];
  readonly reports: string[] = [];
  isAway = false;
  gate: Promise<void> = Promise.resolve();

  async saveStatus(_site: string, _agent: string, status: AgentStatus): Promise<void> {
    await this.gate;
    if (this.isAway) throw new Error("PostgreSQL is away");
    this.statuses.push(status);
  }

  async saveConfigReport(_site: string, _agent: string, report: { readonly hash: string }): Promise<void> {
    if (this.isAway) throw new Error("PostgreSQL is away");
    this.reports.push(report.hash);
  }
}

test("an agent's status and configuration report are kept", async () => {
  const agents = new TestDirectory();
  const { ingest } = await testBench({ agents });
  const { takeStatus, takeConfigReport } = ingest;
  takeStatus(STATUS, statusAt(NOON));
  takeConfigReport(REPORT, JSON.stringify({ v: 1, hash: "h1", appliedAt: NOON, channels: [] }));
  await ingest.close();
  expect(agents.statuses).toMatchObject([{ state: "online", at: NOON }]);
  expect(agents.reports).toEqual(["h1"]);
});

test("while the directory is slow only the newest status waits", async () => {
  const agents = new TestDirectory();
  const gate = Promise.withResolvers<void>();
  agents.gate = gate.promise;
  const { ingest } = await testBench({ agents });
  for (const at of [1, 2, 3, 4]) ingest.takeStatus(STATUS, statusAt(at));
  gate.resolve();
  await ingest.close();
  expect(agents.statuses.map((status) => status.at)).toEqual([1, 4]);
});

test("what could not be kept is kept with the agent's next note", async () => {
  const agents = new TestDirectory();
  agents.isAway = true;
  const { ingest } = await testBench({ agents });
  ingest.takeConfigReport(REPORT, JSON.stringify({ v: 1, hash: "h1", appliedAt: NOON, channels: [] }));
  await new Promise((resolve) => setImmediate(resolve));
  agents.isAway = false;
  ingest.takeStatus(STATUS, statusAt(NOON));
  await ingest.close();
  expect(agents.reports).toEqual(["h1"]);
});
