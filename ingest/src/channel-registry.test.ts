import { StoreUnavailableError } from "@nightflow/domain";
import type { KnownChannel } from "@nightflow/storage";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createChannelRegistry } from "./channel-registry.ts";
import { MemoryReadingStore } from "./testing/memory-reading-store.ts";
import { waterChannel } from "./testing/test-bench.ts";

const logger = pino({ level: "silent" });
const A = waterChannel("A.forward_total");
const B = waterChannel("B.forward_total");

/** A source of channels that a test may change or take away. */
function source(...channels: KnownChannel[]) {
  const made = {
    channels,
    isAway: false,
    loads: 0,
    load: async () => {
      made.loads++;
      if (made.isAway) throw new StoreUnavailableError("PostgreSQL is away");
      return [...made.channels];
    },
  };
  return made;
}

test("channels come from the registry, and a copy is kept in the store", async () => {
  const store = new MemoryReadingStore();
  const registry = await createChannelRegistry({ load: source(A).load, store, logger });
  expect(registry.lookup(A.id)).toEqual(A);
  expect(registry.lookup(B.id)).toBeUndefined();
  expect(await store.channels()).toEqual([A]);
});

test("with PostgreSQL away collection goes on from the store's copy", async () => {
  const store = new MemoryReadingStore();
  await store.saveChannels([A]);
  const postgres = source(A, B);
  postgres.isAway = true;
  const registry = await createChannelRegistry({ load: postgres.load, store, logger, minRefreshMs: 0 });
  expect(registry.lookup(A.id)).toEqual(A);
  await registry.refresh();
  expect(registry.lookup(A.id)).toEqual(A);
  postgres.isAway = false;
  await registry.refresh();
  expect(registry.lookup(B.id)).toEqual(B);
  expect(await store.channels()).toEqual([A, B]);
});

test("a PostgreSQL that never answers does not keep collection from starting", async () => {
  const store = new MemoryReadingStore();
  await store.saveChannels([A]);
  const load = () => new Promise<KnownChannel[]>(() => undefined);
  const registry = await createChannelRegistry({ load, store, logger, loadTimeoutMs: 1 });
  expect(registry.lookup(A.id)).toEqual(A);
});

test("whoever asks while a load runs shares one load that begins after he asked", async () => {
  const postgres = source(A);
  const store = new MemoryReadingStore();
  const registry = await createChannelRegistry({ load: postgres.load, store, logger, minRefreshMs: 0 });
  const first = registry.refresh();
  postgres.channels.push(B);
  const others = [registry.refresh(), registry.refresh(), registry.refresh()];
  await Promise.all([first, ...others]);
  expect(registry.lookup(B.id)).toEqual(B);
  expect(postgres.loads).toBe(3);
});

test("a channel whose meter got other limits is judged by the new ones", async () => {
  const postgres = source(A);
  const store = new MemoryReadingStore();
  const registry = await createChannelRegistry({ load: postgres.load, store, logger, minRefreshMs: 0 });
  postgres.channels.splice(0, 1, { ...A, maxCountsPerHour: 9 });
  await registry.refresh();
  expect(registry.lookup(A.id)?.maxCountsPerHour).toBe(9);
  expect(await store.channels()).toMatchObject([{ maxCountsPerHour: 9 }]);
});

test("nothing is said to be unknown before a list of channels could be read", async () => {
  const store = new MemoryReadingStore();
  await store.saveChannels([A]);
  store.isAway = true;
  const postgres = source(A, B);
  postgres.isAway = true;
  const registry = await createChannelRegistry({ load: postgres.load, store, logger, minRefreshMs: 0 });
  expect(registry.isLoaded).toBe(false);
  await registry.refresh();
  expect(registry.isLoaded).toBe(false);
  store.isAway = false;
  await registry.refresh();
  expect([registry.isLoaded, registry.lookup(A.id)]).toEqual([true, A]);
});

test("a store that has no copy yet does not make every channel unknown", async () => {
  const postgres = source(A);
  postgres.isAway = true;
  const store = new MemoryReadingStore();
  const registry = await createChannelRegistry({ load: postgres.load, store, logger, minRefreshMs: 0 });
  expect(registry.isLoaded).toBe(false);
  postgres.isAway = false;
  await registry.refresh();
  expect([registry.isLoaded, registry.lookup(A.id)]).toEqual([true, A]);
});

test("a copy that could not be kept is kept when the registry is read again", async () => {
  const postgres = source(A);
  const store = new MemoryReadingStore();
  store.isAway = true;
  const registry = await createChannelRegistry({ load: postgres.load, store, logger, minRefreshMs: 0 });
  store.isAway = false;
  await registry.refresh();
  expect(await store.channels()).toEqual([A]);
});
