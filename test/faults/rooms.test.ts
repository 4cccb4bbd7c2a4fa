import { join } from "node:path";
import { AgentConfig, type AgentStatus } from "@nightflow/domain";
import type { ApiClient } from "@nightflow/nightflow";
import type { Fault, Town } from "@nightflow/simulators";
import type { Database } from "@nightflow/storage";
import { faultRounds, testDatabase } from "@nightflow/storage/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { KeptOutbox } from "../support/kept-outbox.ts";
import { fallInOrder, killsInAnyOrder } from "../support/kills.ts";
import { LiveEvents } from "../support/live-events.ts";
import { findMosquitto } from "../support/mosquitto.ts";
import { ROOMS, type Room, Rooms } from "../support/rooms.ts";
import { seeded } from "../support/seeded.ts";
import { ServedValues } from "../support/served-values.ts";
import { repeatedRows, storedRows } from "../support/stored-rows.ts";
import { testedStores } from "../support/stores.ts";

const HOUR_MS = 3_600_000;
const SEED = 7;
const LEAKING = ["N1-H001", "S1-H001"];
/** Each room, Mosquitto and InfluxDB are killed so often. */
const KILLS_EACH = faultRounds(2);

/**
 * An ingest that falls while it writes leaves a claim on its readings (storage's `feed_intent`). Agents send them again to the
 * other ingest after their 15 s; it may take them over 15 s after the claim, since their values are the same, and until then
 * its commits wait behind them, so that others are sent twice, too, 15 and 30 s apart. When a claim held for its full 90 s a
 * drain took up to three minutes.
 */
const DRAIN_MS = 120_000;

const influx = testedStores().find(({ name }) => name === "influxdb");
const isThere = findMosquitto() !== undefined && influx?.isThere === true;

/** Cisterns that begin to run in the first hours. */
function leaks(_town: Town, liveStartMs: number): readonly Fault[] {
  const span = { startMs: liveStartMs + HOUR_MS, endMs: liveStartMs + 4000 * HOUR_MS };
  return LEAKING.map((meter) => ({ id: `toilet-${meter}`, kind: "toilet", meter, flowM3h: 0.4, ...span }));
}

describe.runIf(isThere)("rooms that run alone, two of each, on Mosquitto, InfluxDB and PostgreSQL", () => {
  const postgres = testDatabase();
  let db: Database;
  let rooms: Rooms;
  let outbox: KeptOutbox | undefined;

  beforeEach(async () => {
    const { database, url } = await postgres.fresh();
    db = database;
    process.env.DATABASE_URL = url;
    const place = await influx?.place();
    if (place === undefined) throw new Error("there is no InfluxDB");
    const settings = { analytics: { shards: 4, leaseMs: 2000, snapshotMs: 1000 } };
    rooms = await Rooms.make({ place, seed: SEED, factor: 4320, historyDays: 35, faults: leaks, settings });
  });

  afterEach(async () => {
    delete process.env.DATABASE_URL;
    outbox?.close();
    await rooms?.close();
  });

  it("each killed at random moments while a town is polled: nothing lost, nothing twice, one ticket a finding", {
    timeout: 900_000 + KILLS_EACH * 30_000,
  }, async () => {
    const { installation } = rooms;
    installation.runClock();
    await installation.startTown();
    await rooms.startAll();
    const kept = new KeptOutbox(join(installation.folder, "agent", "outbox"), join(installation.folder, "kept-outbox"));
    outbox = kept;
    const agent = await installation.startAgent();
    await killEachAtRandom(seeded(SEED));

    const heard = await LiveEvents.listen(rooms.secondApi, "desk");
    const desk = await rooms.signIn("desk", "api-a");
    for (const subject of LEAKING) await eventually(`a ticket for ${subject}`, () => ticketOf(desk, subject));
    const sameDesk = await rooms.signIn("desk", "api-b");
    for (const subject of LEAKING) expect(await ticketOf(sameDesk, subject)).toEqual(await ticketOf(desk, subject));
    const [first] = await ticketsOf(desk, LEAKING[0] ?? "");
    await desk.post(`/api/tickets/${first?.id}/move`, { to: "accepted", version: first?.version ?? 0 });
    await eventually("the move at one API, on a page of the other", () =>
      heard.heard.some(({ kind, subject }) => kind === "ticket" && subject === first?.id) ? true : undefined,
    );
    await heard.close();

    await agent.stop();
    const count = await drained();
    await installation.stopAgent();
    await rooms.stopAll();
    await installation.stopTown();
    const taken = kept.taken();
    expect(taken).toHaveLength(count);
    await expectAllStoredOnce(taken);
    await expectOneTicketEach();
  });

  /**
   * Everything falls `KILLS_EACH` times at moments of the seed, and is started again at once; one of the first and one of
   * the second of a kind may be down at the same time, and the broker or the store with them.
   */
  async function killEachAtRandom(random: () => number): Promise<void> {
    const restart = (room: Room) => async () => {
      await rooms.kill(room);
      await rooms.start(room);
    };
    const restartMosquitto = async () => {
      await rooms.mosquitto.kill();
      await rooms.mosquitto.start();
    };
    const halves = ["-a", "-b"].map((half) => ROOMS.filter((room) => room.endsWith(half)).map(restart));
    const servers = [restartMosquitto, async () => influx?.killAndStart?.()];
    await Promise.all([...halves, servers].map((line) => fallInOrder(killsInAnyOrder(line, KILLS_EACH, random))));
  }

  /** Lets the agent send what it still holds, without reading any more; gives what it has taken in its life. */
  async function drained(): Promise<number> {
    const { installation } = rooms;
    installation.writeAgentConfig(AgentConfig.parse({ v: 1, channels: [], buses: [] }));
    const startedAt = installation.clock.now();
    await installation.startAgent();
    const api = await rooms.signIn("collector");
    const { outbox } = await eventually(
      "an empty outbox",
      async () => {
        const { items } = await api.get<{ items: { status: AgentStatus | null }[] }>("/api/agents");
        const status = items[0]?.status;
        return (status?.startedAt ?? 0) >= startedAt && status?.outbox?.records === 0 ? status : undefined;
      },
      DRAIN_MS,
    );
    expect(outbox?.dropped).toBe(0);
    return outbox?.taken ?? Number.NaN;
  }

  /** Each reading that was taken is there, and nothing else; one that the agent took twice is one. */
  async function expectAllStoredOnce(taken: readonly string[]): Promise<void> {
    const { installation } = rooms;
    await installation.withHeadEnd(async ({ store }) => {
      if (store === null) throw new Error("there is no store");
      const { stored, deadLetters, quarantined, conflicts } = await store.counts();
      const channels = (await store.channels()).map(({ id }) => id);
      const rows = await storedRows(store, channels);
      const live = rows.filter(({ readAtMs }) => readAtMs > installation.liveStartMs);
      const keys = new Set(live.map(({ channel, readAtMs }) => `${channel}@${readAtMs}`));
      expect({ deadLetters, quarantined, conflicts }).toEqual({ deadLetters: 0, quarantined: 0, conflicts: 0 });
      expect(rows).toHaveLength(stored);
      expect(taken.filter((key) => !keys.has(key))).toEqual([]);
      expect(keys.size).toBe(new Set(taken).size);
      expect(keys.size).toBeGreaterThan(500);
      expect(repeatedRows(rows)).toBe(0);
      const served = await ServedValues.read(installation.ledgerDir, installation.town);
      expect(live.filter(({ channel, value }) => value !== null && !served.has(channel, value))).toEqual([]);
    });
  }

  /** What PostgreSQL holds: no finding without its ticket, the word why or the job that opens one, and none with two. */
  async function expectOneTicketEach(): Promise<void> {
    const { rows: twice } = await db.query(
      "select subject, cause_group, count(*) from ticket where closed_at is null group by 1, 2 having count(*) > 1",
    );
    expect(twice).toEqual([]);
    const { rows: without } = await db.query(
      `select rule, subject from anomaly a where state = 'open' and no_ticket_reason is null and ticket_id is null
         and not exists (select 1 from job j where j.queue = 'open-ticket' and j.state in ('waiting', 'running')
           and j.payload ->> 'anomalyId' = a.id::text)`,
    );
    expect(without).toEqual([]);
    const { rows: jobs } = await db.query<{ n: number }>(
      "select count(*)::int as n from job where queue = 'open-ticket' group by payload having count(*) > 1",
    );
    expect(jobs).toEqual([]);
  }
});

interface Ticket {
  readonly id: string;
  readonly subject: string;
  readonly version: number;
}

async function ticketsOf(api: ApiClient, subject: string): Promise<Ticket[]> {
  return (await api.get<{ items: Ticket[] }>(`/api/tickets?state=all&subject=${subject}`)).items;
}

async function ticketOf(api: ApiClient, subject: string): Promise<string | undefined> {
  return (await ticketsOf(api, subject))[0]?.id;
}
