const HOUR_MS = 3_600_000;
/** Hours after an event in which a ticket is still taken for its own. */
const TAIL_HOURS = 48;
const BURST_GRACE_HOURS = 6;
const MONTH_HOURS = 720;

/** One series as the labels tell of it; instants as ISO text. */
export interface LabelledMeter {
  readonly meter: string;
  readonly warm: string;
  readonly last: string;
  readonly natural: readonly (readonly [string, string])[];
  readonly events: readonly {
    readonly kind: string;
    readonly start: string;
    readonly end: string;
    readonly leak_l: readonly number[];
  }[];
}
export interface LabelFile {
  readonly track: string;
  readonly meters: readonly LabelledMeter[];
}

/** An alarm as the scorer takes it. */
export interface ScoredAlarm {
  readonly meter: string;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
  readonly class: string;
}

/** What was found of one event; `hours` is null where it was not. Litres of leaks only. */
export interface ScoredEvent {
  readonly kind: string;
  readonly isLeak: boolean;
  readonly hours: number | null;
  readonly litres: number;
  readonly lostLitres: number;
}

/** One series, scored. */
export interface ScoredMeter {
  readonly meter: string;
  readonly monitoredHours: number;
  readonly falseUp: number;
  readonly falseDown: number;
  readonly events: readonly ScoredEvent[];
}

/** The figures of a set of series. Rates are per 1,000 months of a series. */
export interface Figures {
  readonly leaks: number;
  readonly all: number;
  readonly intermittent: number;
  readonly stopped: number;
  readonly underreg: number;
  readonly medianHours: number;
  readonly falseUp: number;
  readonly falseDown: number;
  readonly volumeSaved: number;
}

const GROUPS: Readonly<Record<string, string>> = {
  leak: "leak",
  burst: "burst",
  high: "high",
  low: "down",
  stopped: "down",
};
const LEAK_KINDS = new Set(["drip", "toilet", "intermittent", "growing", "burst"]);

interface Ticket {
  readonly atMs: number;
  readonly group: string;
}

/**
 * Scores each series by itself, by the rules of leak-bench's own scorer, so that sets of them can be drawn again and held-out homes
 * told apart. The totals are held against that scorer's.
 */
export function scoreMeters({ track, meters }: LabelFile, alarms: readonly ScoredAlarm[]): ScoredMeter[] {
  const byMeter = Map.groupBy(alarms, ({ meter }) => meter);
  return meters.map((meter) => scoreMeter(track, meter, byMeter.get(meter.meter) ?? []));
}

function scoreMeter(track: string, meter: LabelledMeter, alarms: readonly ScoredAlarm[]): ScoredMeter {
  const events = meter.events.map((event) => ({
    ...event,
    fromMs: Date.parse(event.start),
    toMs: Date.parse(event.end),
  }));
  const natural = meter.natural.map(([from, to]) => [Date.parse(from), Date.parse(to)] as const);
  const found = new Map<(typeof events)[number], number>();
  let [falseUp, falseDown] = [0, 0];
  for (const { atMs, group } of ticketsOf(alarms, (track === "dma" ? 14 : 7) * 24, Date.parse(meter.warm))) {
    const event = events.find((e) => e.fromMs <= atMs && atMs <= e.toMs + TAIL_HOURS * HOUR_MS);
    if (event) {
      const graceMs = event.kind === "burst" ? BURST_GRACE_HOURS * HOUR_MS : 0;
      if (isFor(event.kind, group) && atMs <= event.toMs + graceMs && !found.has(event)) found.set(event, atMs);
    } else if (!natural.some(([from, to]) => from <= atMs && atMs <= to)) {
      if (group === "down") falseDown++;
      else falseUp++;
    }
  }
  const isLeak = (kind: string) => track === "dma" || LEAK_KINDS.has(kind);
  return {
    meter: meter.meter,
    falseUp,
    falseDown,
    monitoredHours: monitoredHoursOf(meter, events, natural),
    events: events.map((event) => scoredEvent(event, isLeak(event.kind), found.get(event))),
  };
}

/** Alarms of one group become one ticket until it has been silent for long enough. */
function ticketsOf(alarms: readonly ScoredAlarm[], silentHours: number, warmMs: number): Ticket[] {
  const tickets: Ticket[] = [];
  for (const group of new Set(Object.values(GROUPS))) {
    let silentSinceMs = Number.NEGATIVE_INFINITY;
    const own = alarms.filter((alarm) => GROUPS[alarm.class] === group).sort((a, b) => a.openedAtMs - b.openedAtMs);
    for (const { openedAtMs, closedAtMs } of own) {
      if (openedAtMs - silentSinceMs > silentHours * HOUR_MS && openedAtMs >= warmMs)
        tickets.push({ atMs: openedAtMs, group });
      silentSinceMs = Math.max(silentSinceMs, closedAtMs ?? Number.POSITIVE_INFINITY);
    }
  }
  return tickets.sort((a, b) => a.atMs - b.atMs);
}

function isFor(kind: string, group: string): boolean {
  return (kind === "stopped" || kind === "underreg") === (group === "down");
}

function monitoredHoursOf(
  meter: LabelledMeter,
  events: readonly { readonly fromMs: number; readonly toMs: number }[],
  natural: readonly (readonly [number, number])[],
): number {
  const [warmMs, lastMs] = [Date.parse(meter.warm), Date.parse(meter.last)];
  let spanMs = lastMs - warmMs;
  for (const [from, to] of natural) spanMs -= Math.max(0, Math.min(to, lastMs) - Math.max(from, warmMs));
  for (const { fromMs, toMs } of events) spanMs -= toMs + TAIL_HOURS * HOUR_MS - fromMs;
  return Math.max(0, spanMs / HOUR_MS);
}

function scoredEvent(
  event: { readonly kind: string; readonly fromMs: number; readonly leak_l: readonly number[] },
  isLeak: boolean,
  atMs: number | undefined,
): ScoredEvent {
  const hours = atMs === undefined ? null : (atMs - event.fromMs) / HOUR_MS;
  const litres = isLeak ? sum(event.leak_l) : 0;
  const lostLitres = hours === null || !isLeak ? litres : sum(event.leak_l.slice(0, Math.floor(hours) + 1));
  return { kind: event.kind, isLeak, hours, litres, lostLitres };
}

/** The figures of a set of series, each as often as it is in it. */
export function figuresOf(meters: readonly ScoredMeter[]): Figures {
  const events = meters.flatMap((meter) => meter.events);
  const leaks = events.filter(({ isLeak }) => isLeak);
  const months = sum(meters.map(({ monitoredHours }) => monitoredHours)) / MONTH_HOURS;
  const perThousand = (counts: readonly number[]) => (sum(counts) / Math.max(months, 1e-9)) * 1000;
  return {
    leaks: foundShare(leaks),
    all: foundShare(events),
    intermittent: foundShare(events.filter(({ kind }) => kind === "intermittent")),
    stopped: foundShare(events.filter(({ kind }) => kind === "stopped")),
    underreg: foundShare(events.filter(({ kind }) => kind === "underreg")),
    medianHours: quantileOf(
      leaks.flatMap(({ hours }) => (hours === null ? [] : [hours])),
      0.5,
    ),
    falseUp: perThousand(meters.map(({ falseUp }) => falseUp)),
    falseDown: perThousand(meters.map(({ falseDown }) => falseDown)),
    volumeSaved:
      1 - sum(leaks.map(({ lostLitres }) => lostLitres)) / Math.max(sum(leaks.map(({ litres }) => litres)), 1e-9),
  };
}

/** Share of some events that were found; NaN of none. */
export function foundShare(events: readonly ScoredEvent[]): number {
  return events.length === 0 ? Number.NaN : events.filter(({ hours }) => hours !== null).length / events.length;
}

/** The quantile of some numbers, linear between neighbours; NaN of none. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (at - Math.floor(at));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
