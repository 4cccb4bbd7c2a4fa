import { AgentConfig, type AgentStatus } from "@nightflow/domain";
import { type ApiClient, countDuplicates } from "@nightflow/nightflow";
import type { ReadingStore, StoreCounts, StoredMark } from "@nightflow/storage";
import { faultRounds } from "@nightflow/storage/testing";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Installation } from "../support/installation.ts";
import { fallInOrder, killsInAnyOrder } from "../support/kills.ts";
import { postmasterOf } from "../support/postmaster.ts";
import { seeded } from "../support/seeded.ts";
import { ServedValues } from "../support/served-values.ts";
import { repeatedRows, type StoredRow, storedRows } from "../support/stored-rows.ts";
import { type StorePlace, type TestedStore, testedStores } from "../support/stores.ts";

const SEED = 1;
/** Agent, `up`, PostgreSQL and the store's server are killed so often each. */
const KILLS_EACH = faultRounds(3);

/** What is left when everything was killed, started again and drained. */
interface Aftermath {
  /** Readings that the agent's outbox has made durable in its life. */
  readonly taken: number;
  readonly counts: StoreCounts;
  readonly marks: readonly StoredMark[];
  readonly rows: readonly StoredRow[];
  readonly setAside: readonly string[];
  readonly repeatsInFeed: number;
}

/** The kill tests on one store; a file of their own for each, so that the two run side by side. */
export function killTests(name: StorePlace["kind"]): void {
  const store = testedStores().find((one) => one.name === name);
  if (store === undefined) throw new RangeError(`there is no store ${name}`);
  describe.runIf(store.isThere)(`killed at random moments while a town is polled, on ${name}`, () => {
    let installation: Installation | undefined;

    afterEach(async () => {
      await installation?.close();
    });

    it(`agent, up and what is beside it, ${KILLS_EACH} times each: nothing that was taken is lost, nothing stored twice`, {
      timeout: 480_000 + KILLS_EACH * 30_000,
    }, async () => {
      const place = await store.place();
      installation = await Installation.make({ place, seed: SEED, factor: 2880, homesPerDma: 4 });
      await killAtRandom(installation, store, seeded(SEED));
      const taken = await drain(installation);
      await installation.stopTown();
      const { taken: all, counts, marks, rows, setAside, repeatsInFeed } = await aftermath(installation, taken);
      const { stored, deadLetters, quarantined, conflicts, repeats } = counts;

      expect(all).toBeGreaterThan(100);
      expect(stored + deadLetters + quarantined + conflicts + repeats).toBe(all);
      expect(setAside).toEqual([]);
      expect(rows).toHaveLength(stored);
      expect(repeatedRows(rows)).toBe(0);
      expect(repeatsInFeed).toBe(0);
      expect(marks.filter(({ above }) => above.length > 0)).toEqual([]);

      const served = await ServedValues.read(installation.ledgerDir, installation.town);
      expect(rows.filter(({ channel, value }) => value !== null && !served.has(channel, value))).toEqual([]);
    });
  });
}

/**
 * Kills each of them `KILLS_EACH` times at moments of the seed and starts it again at once: the agent on one line; `up`, the
 * PostgreSQL beside it and a store's server on another, so that the agent falls and begins while any of them is away.
 */
async function killAtRandom(installation: Installation, store: TestedStore, random: () => number): Promise<void> {
  let { up, agent } = await installation.startAll();
  await firstReadings(await installation.signIn("collector"));
  const killAgent = async () => {
    await agent.kill();
    agent = await installation.startAgent();
  };
  const killUp = async () => {
    await up.kill();
    up = await installation.startUp();
  };
  const others = [killUp, () => killPostgres(installation), ...(store.killAndStart ? [store.killAndStart] : [])];
  await Promise.all([[killAgent], others].map((line) => fallInOrder(killsInAnyOrder(line, KILLS_EACH, random))));
  await agent.kill();
}

/** Kills the server that all of PostgreSQL's processes belong to; `up` starts the next one by itself. */
async function killPostgres(installation: Installation): Promise<void> {
  const pid = await eventually("a PostgreSQL", () => postmasterOf(installation));
  process.kill(pid, "SIGKILL");
  await eventually("another PostgreSQL", () => {
    const next = postmasterOf(installation);
    return next === undefined || next === pid ? undefined : next;
  });
}

async function firstReadings(api: ApiClient): Promise<void> {
  await eventually("the first stored readings", async () => {
    const { counts } = await api.get<{ counts: { stored: number } }>("/api/set-aside/dead_letter");
    return counts.stored > 20 ? true : undefined;
  });
}

/** Lets the agent send what it still holds, without reading any more; gives what it has taken in its life. */
async function drain(installation: Installation): Promise<number> {
  installation.writeAgentConfig(AgentConfig.parse({ v: 1, channels: [], buses: [] }));
  const startedAt = installation.clock.now();
  const agent = await installation.startAgent();
  const api = await installation.signIn("collector");
  const { outbox } = await eventually(
    "an empty outbox",
    async () => {
      const { items } = await api.get<{ items: { status: AgentStatus | null }[] }>("/api/agents");
      const status = items[0]?.status;
      const isOfThisRun = (status?.startedAt ?? 0) >= startedAt;
      return isOfThisRun && status?.outbox?.records === 0 ? status : undefined;
    },
    60_000,
  );
  expect(outbox?.dropped).toBe(0);
  await agent.stop();
  await installation.stopUp();
  return outbox?.taken ?? Number.NaN;
}

async function aftermath(installation: Installation, taken: number): Promise<Aftermath> {
  return await installation.withHeadEnd(async ({ store }) => {
    if (store === null) throw new Error("the head-end of the test has no store");
    const channels = (await store.channels()).map(({ id }) => id);
    return {
      taken,
      counts: await store.counts(),
      marks: await store.marks(),
      rows: await storedRows(store, channels),
      setAside: await reasonsOf(store),
      // InfluxDB keeps its feed only until everybody has read it; there the same series and instant is one point.
      repeatsInFeed: store.kind === "duckdb" ? await countDuplicates(store) : 0,
    };
  });
}

async function reasonsOf(store: ReadingStore): Promise<string[]> {
  const lists = await Promise.all(
    (["dead_letter", "quarantine", "conflict"] as const).map((list) => store.setAside(list, 100)),
  );
  return lists.flat().map(({ reasonCode, reason, raw }) => `${reasonCode}: ${reason}: ${raw}`);
}
