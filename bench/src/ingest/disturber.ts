import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { channelIdOf } from "@nightflow/domain";
import { connectReadingStore } from "@nightflow/storage";

/**
 * A thread beside the head-end that asks its store as others do in `nightflow up`: a replay of the whole feed from its
 * beginning, again and again, and the questions of a batch of reports (a year of one meter after another, hours of a
 * hundred at once). Told "count" it says how much it was answered.
 */
const { port, channels } = workerData as { readonly port: MessagePort; readonly channels: number };
const store = connectReadingStore(port);
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 0, 1);
let [replayed, curves, hours] = [0, 0, 0];

async function replay(): Promise<never> {
  for (let cursor = 0; ; ) {
    const page = await store.changesSince(cursor, 20_000);
    replayed += page.readings.length;
    cursor = page.hasMore ? page.cursor : 0;
  }
}

async function report(): Promise<never> {
  for (let meter = 0; ; meter = (meter + 1) % channels) {
    await store.curve(channelIdOf(`M${meter}`, "forward_total"), START_MS, START_MS + YEAR_MS);
    curves++;
    if (meter % 100 !== 0) continue;
    const ids = Array.from({ length: 100 }, (_, at) => channelIdOf(`M${(meter + at) % channels}`, "forward_total"));
    await store.hourly({ channels: ids, fromMs: START_MS, toMs: START_MS + 31 * 24 * HOUR_MS });
    hours++;
  }
}

parentPort?.on("message", () => parentPort?.postMessage({ replayed, curves, hours }));
void replay();
void report();
