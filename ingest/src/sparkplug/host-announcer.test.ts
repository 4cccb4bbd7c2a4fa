import pino from "pino";
import { beforeEach, expect, it } from "vitest";
import { HostAnnouncer } from "./host-announcer.ts";

const said: [string, { online: boolean; timestamp: number }][] = [];
let now = 1000;
let stats = { commits: 0, failedCommits: 0 };
let isBrokerAway = false;

const announcer = () =>
  new HostAnnouncer({
    hostId: "nightflow",
    stats: () => stats,
    publishRetained: async (topic, payload) => {
      if (isBrokerAway) throw new Error("away");
      said.push([topic, JSON.parse(payload)]);
    },
    logger: pino({ level: "silent" }),
    now: () => now,
  });

beforeEach(() => {
  said.length = 0;
  now = 1000;
  stats = { commits: 0, failedCommits: 0 };
  isBrokerAway = false;
});

it("nodes are told once that their host is there, and that it goes", async () => {
  const host = announcer();
  await host.start();
  await host.look();
  now = 2000;
  await host.close();
  expect(said).toEqual([
    ["spBv1.0/STATE/nightflow", { online: true, timestamp: 1000 }],
    ["spBv1.0/STATE/nightflow", { online: false, timestamp: 2000 }],
  ]);
});

it("nodes keep their data while the store takes nothing, and send again when it does", async () => {
  const host = announcer();
  await host.look();
  stats = { commits: 3, failedCommits: 1 };
  await host.look();
  now = 5000;
  stats = { commits: 3, failedCommits: 2 };
  await host.look();
  expect(said).toHaveLength(1);
  now = 10_000;
  await host.look();
  stats = { commits: 4, failedCommits: 2 };
  await host.look();
  expect(said.map(([, { online }]) => online)).toEqual([true, false, true]);
});

it("what the broker did not take is said again", async () => {
  const host = announcer();
  isBrokerAway = true;
  await host.look();
  isBrokerAway = false;
  await host.look();
  expect(said).toHaveLength(1);
});
