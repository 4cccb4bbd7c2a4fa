import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentConfig, type AgentStatus } from "@nightflow/domain";
import type { ApiClient } from "@nightflow/nightflow";
import { faultRounds, findInfluxd, startInfluxd, type TestInfluxd } from "@nightflow/storage/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Device } from "../support/device.ts";
import { eventually, pause } from "../support/eventually.ts";
import { Installation } from "../support/installation.ts";
import { postmasterOf } from "../support/postmaster.ts";
import { descendantsOf, HAS_PROC } from "../support/processes.ts";
import { ServedValues } from "../support/served-values.ts";
import { canMakeDisk, SmallDisk } from "../support/small-disk.ts";
import { repeatedRows, storedRows } from "../support/stored-rows.ts";

/** How long InfluxDB stays away once agents hold: minutes where the tests have the time for twenty kills of each. */
const AWAY_MS = faultRounds(1) >= 20 ? 120_000 : 0;
/** Holds a new head-end with its PostgreSQL, and little more. */
const DISK_MB = 400;

let installation: Installation | undefined;

afterEach(async () => {
  await installation?.close();
  installation = undefined;
});

interface Counts {
  readonly stored: number;
}

const storedBy = async (api: ApiClient) =>
  (await api.get<{ counts: Counts }>("/api/set-aside/dead_letter")).counts.stored;

const statusBy = async (api: ApiClient): Promise<AgentStatus | undefined> =>
  (await api.get<{ items: { status: AgentStatus | null }[] }>("/api/agents")).items[0]?.status ?? undefined;

/** Waits until so many readings are stored. */
const storedAtLeast = (api: ApiClient, count: number) =>
  eventually(`${count} stored readings`, async () => ((await storedBy(api)) >= count ? true : undefined));

describe("PostgreSQL that dies under a head-end on DuckDB", () => {
  it("does not stop the collection, and comes back by itself", async () => {
    installation = await Installation.make({ homesPerDma: 3 });
    const place = installation;
    const { up } = await place.startAll();
    const api = await installation.signIn("collector");
    await storedAtLeast(api, 20);
    const before = await storedBy(api);
    for (let kill = 0; kill < 2; kill++) {
      const pid = await eventually("a PostgreSQL", () => postmasterOf(place));
      process.kill(pid, "SIGKILL");
      await eventually("another PostgreSQL", () => {
        const next = postmasterOf(place);
        return next === pid ? undefined : next;
      });
    }
    await storedAtLeast(api, before + 50);
    const agent = await statusBy(api);
    expect(agent?.state).toBe("online");
    expect(up.process.exitCode).toBeNull();
    await eventually("a sign-in", async () => (await installation?.signIn("control")) ?? undefined);
    await expectAllTaken(installation, api);
  });
});

describe.runIf(HAS_PROC)("PostgreSQL that answers nothing under a head-end on DuckDB", () => {
  it("holds up neither the sign-in of an agent nor its readings, not even behind an unknown channel", async () => {
    const identities = [{ name: "gw-2", role: "agent" }] as const;
    installation = await Installation.make({ factor: "real", homesPerDma: 1, gasCustomers: 0, identities });
    const up = await installation.startUp();
    const servers = descendantsOf(up.pid).filter(({ command }) => command.includes("postgres"));
    expect(servers.length).toBeGreaterThan(1);
    for (const { pid } of servers) process.kill(pid, "SIGSTOP");
    const [device, stranger] = [await Device.connect(installation), await Device.connect(installation, "gw-2")];
    const quarantined = stranger.send(["NOBODY.forward_total", readAtOf(0), 1, 0]);
    for (let hour = 1; hour <= 20; hour++) await device.send(["N1-INLET.forward_total", readAtOf(hour), hour * 10, 0]);
    await quarantined;
    await Promise.all([device.close(), stranger.close()]);
    for (const { pid } of servers.toReversed()) process.kill(pid, "SIGCONT");
    const api = await installation.signIn("collector");
    expect(await storedBy(api)).toBe(20);
    expect(up.process.exitCode).toBeNull();
  });

  const readAtOf = (hour: number) => (installation?.liveStartMs ?? 0) - (100 - hour) * 3_600_000;
});

describe.runIf(canMakeDisk())("a disk that is full under a head-end on DuckDB", () => {
  let disk: SmallDisk | undefined;

  afterEach(async () => {
    await installation?.stopUp();
    disk?.close();
    disk = undefined;
  });

  it("is named at the start with what to do; agents hold, and everything is stored once there is room", async () => {
    installation = await Installation.make({ homesPerDma: 3 });
    const place = installation;
    disk = new SmallDisk(place.dataDir, DISK_MB);
    await place.startAll();
    await storedAtLeast(await place.signIn("collector"), 20);
    await place.stopUp();
    const makeRoom = disk.fill();
    await expect(place.startUp()).rejects.toThrow(
      /no space left on device.*code: ENOSPC.*what to do: make room on the disk of the data folder/s,
    );
    makeRoom();
    await place.startUp();
    const api = await place.signIn("collector");
    expect((await statusBy(api))?.outbox?.dropped).toBe(0);
    await expectAllTaken(place, api);
  });
});

const influxd = findInfluxd();

describe.runIf(influxd !== undefined)("InfluxDB that is away for a while", () => {
  let folder: string | undefined;
  let server: TestInfluxd | undefined;

  afterEach(async () => {
    await installation?.close();
    installation = undefined;
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it.each(["stop", "kill"] as const)(
    "acknowledges nothing, agents hold, and everything is there afterwards (%s)",
    { timeout: 480_000 + 2 * AWAY_MS },
    async (how) => {
      folder = mkdtempSync(join(tmpdir(), "nightflow-influxd-"));
      server = await startInfluxd(folder);
      const { url, org, bucket, token } = server;
      installation = await Installation.make({ place: { kind: "influxdb", url, org, bucket, token }, homesPerDma: 3 });
      await installation.startAll();
      const api = await installation.signIn("collector");
      await storedAtLeast(api, 20);
      await server[how]();
      const held = await eventually("an agent that holds its readings", async () => {
        const status = await statusBy(api);
        return (status?.outbox?.records ?? 0) > 20 ? status : undefined;
      });
      expect(held?.outbox?.dropped).toBe(0);
      await pause(AWAY_MS);
      server = await startInfluxd(folder, Number(new URL(url).port));
      await expectAllTaken(installation, api);
    },
  );
});

/** Lets the agent drain, and compares what it has taken with what is stored. */
async function expectAllTaken(place: Installation, api: ApiClient): Promise<void> {
  place.writeAgentConfig(AgentConfig.parse({ v: 1, channels: [], buses: [] }));
  await place.stopAgent();
  const startedAt = place.clock.now();
  await place.startAgent();
  const status = await eventually(
    "an empty outbox",
    async () => {
      const now = await statusBy(api);
      return (now?.startedAt ?? 0) >= startedAt && now?.outbox?.records === 0 ? now : undefined;
    },
    90_000,
  );
  await place.stopAgent();
  await place.stopUp();
  await place.stopTown();
  const { counts, rows } = await place.withHeadEnd(async ({ store }) => {
    if (store === null) throw new Error("the head-end of the test has no store");
    const channels = (await store.channels()).map(({ id }) => id);
    return { counts: await store.counts(), rows: await storedRows(store, channels) };
  });
  const { stored, deadLetters, quarantined, conflicts, repeats } = counts;
  expect(stored + deadLetters + quarantined + conflicts + repeats).toBe(status.outbox?.taken);
  expect({ deadLetters, quarantined, conflicts }).toEqual({ deadLetters: 0, quarantined: 0, conflicts: 0 });
  expect(rows).toHaveLength(stored);
  expect(repeatedRows(rows)).toBe(0);
  const served = await ServedValues.read(place.ledgerDir, place.town);
  expect(rows.filter(({ channel, value }) => value !== null && !served.has(channel, value))).toEqual([]);
}
