import type { ManualClock } from "@nightflow/domain";
import {
  createChannelRegistry,
  createDeviceDirectory,
  IngestConfig,
  startIngest,
  startSetAsideDesk,
} from "@nightflow/ingest";
import { emptyColumns, loadDevices, loadKnownChannels, type SetAside } from "@nightflow/storage";
import { silentLogger } from "@nightflow/storage/testing";
import { NOW } from "./content.ts";
import type { World } from "./stage.ts";

const HOUR_MS = 3_600_000;

/** Does what people decide in a world, as the head-end does; gives how to end it. */
export async function startDesk({ store, db, jobs }: World, clock: ManualClock): Promise<() => Promise<void>> {
  const logger = silentLogger;
  const registry = await createChannelRegistry({ load: () => loadKnownChannels(db), store, logger, minRefreshMs: 0 });
  let kept: string | null = null;
  const copy = {
    read: async () => kept,
    write: async (text: string) => {
      kept = text;
    },
  };
  const devices = await createDeviceDirectory({ load: () => loadDevices(db), copy, logger });
  const publishAck = async () => undefined;
  const ingest = await startIngest({
    store,
    registry,
    devices,
    publishAck,
    clock,
    logger,
    config: IngestConfig.parse({}),
  });
  const desk = startSetAsideDesk({ ingest, store, registry, devices, db, jobs, clock, logger, everyMs: 100 });
  return async () => {
    await desk.stop();
    await ingest.close();
  };
}

type Entry = Partial<SetAside> & Pick<SetAside, "list" | "raw" | "channel" | "readAtMs">;

/** An entry as ingest sets it aside. */
function entry(part: Entry): SetAside {
  const from = { agent: "town/gw-north", epoch: "e1", seq: 7, origin: "live" } as const;
  return { ...from, reasonCode: "NOT_A_COUNT", reason: "registers travel as whole counts, not as 0.5", ...part };
}

function dead(channel: string, readAtMs: number, value: number): SetAside {
  return entry({ list: "dead_letter", channel, readAtMs, raw: JSON.stringify([channel, readAtMs, value, 0]) });
}

/** An instant at which the town's register of `channel` has no reading. */
export const BETWEEN_MS = NOW - 2 * HOUR_MS + 61_000;

/** Sets a good many things aside in a world: dead letters, unknown channels, a conflict with what is stored. */
export async function setAsideMore({ store }: World): Promise<void> {
  const channel = "H-0101.forward_total";
  const [last] = await store.lastValues([channel]);
  const conflictAt = last?.readAtMs ?? NOW;
  const unknown = (no: number) => ({
    list: "quarantine" as const,
    channel: "Y-7.forward_total",
    readAtMs: NOW - no * 900_000,
    raw: JSON.stringify(["Y-7.forward_total", NOW - no * 900_000, 1000 - no, 0]),
    reasonCode: "UNKNOWN_CHANNEL",
    reason: "channel Y-7.forward_total is not in the registry",
  });
  const hostile = '{"field":"<img src=x onerror=alert(1)>\u202Egpj.exe"';
  const second = Number(last?.counts ?? 0n) + 900;
  await store.commit({
    receivedAtMs: NOW - HOUR_MS,
    batches: [],
    readings: emptyColumns(),
    repeats: 0,
    setAside: [
      dead(channel, BETWEEN_MS, 0.5),
      ...Array.from({ length: 120 }, (_, no) => dead("H-0102.forward_total", NOW - HOUR_MS - no * 1000, 0.25)),
      entry({
        list: "dead_letter",
        channel: null,
        readAtMs: null,
        raw: hostile,
        reasonCode: "NOT_JSON",
        agent: "dev/town/pump",
      }),
      ...[1, 2, 3, 4].map((no) => entry(unknown(no))),
      entry({ ...unknown(5), channel: "Z-1.odd", raw: JSON.stringify(["Z-1.odd", NOW, 1, 0]) }),
      entry({
        list: "conflict",
        channel,
        readAtMs: conflictAt,
        raw: JSON.stringify([channel, conflictAt, second, 0]),
        reasonCode: "SECOND_VALUE",
        reason: "another value is stored for this instant",
      }),
    ],
  });
}
