import { type AccountTerms, type AlarmClass, alarmClassOf, valueToCounts } from "@nightflow/domain";
import type { ReadingColumns } from "@nightflow/storage";
import { Engine, type EngineOptions } from "./engine.ts";
import type { FindingEvent } from "./pure/finding.ts";
import type { MeteredChannel } from "./pure/registry.ts";

const HOUR_MS = 3_600_000;
const PAGE = 10_000;

/** One register reading of a file. `value` is in m³. */
export interface ReplayRow {
  readonly meter: string;
  readonly readAtMs: number;
  readonly value: number;
}

export interface ReplayOptions {
  /** `customer`: every meter is a water customer's; `district`: every meter is the one inlet of its own district. */
  readonly kind: "customer" | "district";
  /** IANA zone of nights and days. */
  readonly zone: string;
  /** Size of one count in m³; default 0.001. */
  readonly resolutionM3?: number;
  /** Period of the grid; default 1 h. */
  readonly periodMs?: number;
  /** Every meter is a key account of its own, with these terms (`NO_TERMS` where nothing is agreed). */
  readonly keyAccount?: AccountTerms;
  /** Settings of the detectors, as a preview tries them. */
  readonly engine?: Partial<EngineOptions>;
}

/** One line of an alarm file. Instants are epoch ms; `closedAtMs` is null while it is open at the end. */
export interface ReplayAlarm {
  readonly meter: string;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
  readonly class: AlarmClass;
}

/** Columns of an alarm file, as leak-bench's scorer reads it. */
export const ALARM_HEADER = "meter,opened_at,closed_at,class";

/** An alarm as a line of the file. */
export function alarmLine(alarm: ReplayAlarm): string {
  const closed = alarm.closedAtMs === null ? "" : new Date(alarm.closedAtMs).toISOString();
  return `${alarm.meter},${new Date(alarm.openedAtMs).toISOString()},${closed},${alarm.class}`;
}

/**
 * Runs a file's readings (ascending in time for each meter) through the live detectors and gives the alarms, sorted by opening,
 * then meter. `openedAtMs` is the instant of the reading that made the finding knowable: nothing looks ahead.
 */
export async function replayReadings(
  rows: AsyncIterable<ReplayRow> | Iterable<ReplayRow>,
  options: ReplayOptions,
): Promise<ReplayAlarm[]> {
  const replay = new Replay(options);
  let page: ReplayRow[] = [];
  for await (const row of rows) {
    if (page.push(row) < PAGE) continue;
    replay.feed(page);
    page = [];
  }
  replay.feed(page);
  return replay.alarms();
}

class Replay {
  readonly #options: ReplayOptions;
  readonly #engine: Engine;
  readonly #channels = new Map<string, MeteredChannel>();
  readonly #open = new Map<string, FindingEvent>();
  readonly #alarms: ReplayAlarm[] = [];

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#engine = new Engine([], options.engine);
  }

  feed(page: readonly ReplayRow[]): void {
    const before = this.#channels.size;
    for (const { meter } of page)
      if (!this.#channels.has(meter)) this.#channels.set(meter, channelOf(meter, this.#options));
    if (this.#channels.size !== before) this.#engine.setRegistry([...this.#channels.values()]);
    const resolution = this.#options.resolutionM3 ?? 0.001;
    for (const event of this.#engine.feed(columnsOf(page, [...this.#channels.keys()], resolution)).events)
      this.#onEvent(event);
  }

  alarms(): ReplayAlarm[] {
    for (const event of this.#open.values()) this.#push(event, null);
    this.#open.clear();
    return this.#alarms.sort((a, b) => a.openedAtMs - b.openedAtMs || (a.meter < b.meter ? -1 : 1));
  }

  #onEvent(event: FindingEvent): void {
    const key = `${event.rule}|${event.subject}`;
    if (event.type === "open") this.#open.set(key, event);
    if (event.type !== "clear") return;
    const opened = this.#open.get(key);
    if (opened) this.#push(opened, event.atMs);
    this.#open.delete(key);
  }

  #push(opened: FindingEvent, closedAtMs: number | null): void {
    const name = alarmClassOf(opened.rule, opened.direction);
    if (name) this.#alarms.push({ meter: opened.subject, openedAtMs: opened.atMs, closedAtMs, class: name });
  }
}

/** A meter of a file as the detectors know meters. */
export function channelOf(meter: string, options: ReplayOptions): MeteredChannel {
  const isDistrict = options.kind === "district";
  return {
    channel: meter,
    meter,
    purpose: isDistrict ? "dma" : "customer",
    commodity: "water",
    quantity: "forward_total",
    periodMs: options.periodMs ?? HOUR_MS,
    litresPerCount: (options.resolutionM3 ?? 0.001) * 1000,
    capacityCounts: null,
    maxCountsPerHour: null,
    q3M3h: null,
    dma: null,
    inletOf: isDistrict ? [{ dma: meter, sign: 1 }] : [],
    account: null,
    isKeyAccount: options.keyAccount !== undefined,
    ...(options.keyAccount === undefined ? {} : { terms: options.keyAccount }),
    unitId: "",
    unitPath: "",
    zone: options.zone,
    currency: "",
    pricePerM3: 0,
    agent: null,
  };
}

/** Rows of a file as the feed would bring them. */
export function columnsOf(page: readonly ReplayRow[], channels: readonly string[], resolution: number): ReadingColumns {
  const numbers = new Map(channels.map((channel, i) => [channel, i]));
  const length = page.length;
  return {
    length,
    channels,
    channelNos: Int32Array.from(page, (row) => numbers.get(row.meter) ?? -1),
    readAtMs: Float64Array.from(page, (row) => row.readAtMs),
    counts: BigInt64Array.from(page, (row) => BigInt(valueToCounts(row.value, resolution))),
    gauges: new Float64Array(length).fill(Number.NaN),
    isRegister: new Uint8Array(length).fill(1),
    qualities: new Uint8Array(length),
    flags: new Uint32Array(length),
    origins: new Uint8Array(length),
  };
}
