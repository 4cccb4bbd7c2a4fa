import { agentTopics, encodeStatus } from "@nightflow/domain";
import type { IPublishPacket } from "mqtt-packet";
import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { IngestClosedError, SeqAheadError, WindowFullError } from "../errors.ts";
import type { Ingest } from "../ingest.ts";
import { Intake } from "./intake.ts";

const TOPICS = agentTopics("town", "gw-1");
const logger = pino({ level: "silent" });

function stage(take: Ingest["take"] = async () => "stored") {
  const calls = { take: vi.fn(take), greeted: [] as string[], statuses: 0, reports: 0 };
  const ingest = {
    take: calls.take,
    onAgentConnected: (site: string, agent: string) => calls.greeted.push(`${site}/${agent}`),
    takesForeign: (topic: string) => topic.startsWith("dev/"),
    takeStatus: () => void calls.statuses++,
    takeConfigReport: () => void calls.reports++,
  } as unknown as Ingest;
  const pubacks: [number, number][] = [];
  const puback = (messageId: number, outcome: number) => void pubacks.push([messageId, outcome]);
  return { calls, pubacks, intake: new Intake({ ingest, puback, window: 2, logger }) };
}

function message(topic: string, messageId: number, payload = "{}", qos: 0 | 1 = 1): IPublishPacket {
  return { cmd: "publish", topic, payload: Buffer.from(payload), qos, dup: false, retain: false, messageId };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a batch is confirmed once ingest has stored it, as one of the agent whose topic it is on", async () => {
  const stored = Promise.withResolvers<"stored">();
  const { intake, pubacks, calls } = stage(() => stored.promise);
  intake.take(message(TOPICS.readings, 7));
  await settled();
  expect(pubacks).toEqual([]);
  stored.resolve("stored");
  await settled();
  expect(pubacks).toEqual([[7, 0]]);
  expect(calls.take.mock.calls[0]?.[2]).toEqual({ name: "gw-1", role: "agent", site: "town" });
});

test("a batch that cannot be stored now stays in its place and is offered again", async () => {
  let tries = 0;
  const { intake, pubacks } = stage(async () => {
    if (tries++ < 2) throw new WindowFullError("full");
    return "stored";
  });
  intake.take(message(TOPICS.readings, 7));
  await vi.waitFor(() => expect(pubacks).toEqual([[7, 0]]));
  expect(tries).toBe(3);
});

test("a batch too far ahead is given up with a reason: its agent sends it again after what is missing", async () => {
  const { intake, pubacks } = stage(() => Promise.reject(new SeqAheadError("ahead")));
  intake.take(message(TOPICS.readings, 7));
  await vi.waitFor(() => expect(pubacks).toEqual([[7, 0x83]]));
});

test("nothing is confirmed after the connection has ended or ingest closes, so that it comes again", async () => {
  const closing = stage(() => Promise.reject(new IngestClosedError("closing")));
  closing.intake.take(message(TOPICS.readings, 7));
  const ended = stage(() => Promise.reject(new WindowFullError("full")));
  ended.intake.take(message(TOPICS.readings, 8));
  await settled();
  ended.intake.end();
  await settled();
  expect([...closing.pubacks, ...ended.pubacks]).toEqual([]);
  expect(ended.calls.take).toHaveBeenCalledTimes(1);
});

test("messages that nobody bounds are dropped beyond the window, and counted", async () => {
  const { intake, calls } = stage(() => new Promise(() => undefined));
  for (let at = 0; at < 5; at++) intake.take(message(TOPICS.readings, 0, "{}", 0));
  expect(calls.take).toHaveBeenCalledTimes(2);
  expect(intake.dropped).toBe(3);
});

test("an agent that says it is online is told once what is stored, and again after it was away", () => {
  const { intake, calls } = stage();
  const online = encodeStatus({ state: "online", at: 1_800_000_000_000 });
  const offline = encodeStatus({ state: "offline", at: 1_800_000_000_000 });
  for (const status of [online, online, offline, online]) intake.take(message(TOPICS.status, 1, status));
  expect(calls.greeted).toEqual(["town/gw-1", "town/gw-1"]);
  expect(calls.statuses).toBe(4);
});

test("a topic that is none of an agent's is refused", async () => {
  const { intake, pubacks, calls } = stage();
  intake.take(message("nf/v1/town/gw 1/readings", 3));
  intake.take(message(TOPICS.configReport, 4));
  await settled();
  expect(pubacks).toEqual([
    [3, 0x90],
    [4, 0],
  ]);
  expect(calls.reports).toBe(1);
});

test("a device that is not our agent gets its PUBACK from the store too", async () => {
  const { intake, pubacks, calls } = stage();
  intake.take(message("dev/v1/town/pump-1/readings", 5));
  await settled();
  expect(pubacks).toEqual([[5, 0]]);
  expect(calls.take.mock.calls[0]?.[0]).toBe("dev/v1/town/pump-1/readings");
});
