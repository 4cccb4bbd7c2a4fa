import { Engine, type EngineOutput } from "./engine.ts";
import type { RuleView } from "./pure/explain.ts";
import type { DmaNight, FindingEvent } from "./pure/finding.ts";
import { calendarOf, dateTextOf } from "./pure/local-time.ts";
import { channelOf, columnsOf, type ReplayOptions, type ReplayRow } from "./replay.ts";

/**
 * Runs one meter's readings (ascending in time) through the live detectors and says, a local day at a time, what each rule saw and why
 * it did or did not raise a finding. In English.
 */
export async function* explainReplay(
  rows: AsyncIterable<ReplayRow> | Iterable<ReplayRow>,
  meter: string,
  options: ReplayOptions,
): AsyncGenerator<string> {
  const calendar = calendarOf(options.zone);
  const channel = channelOf(meter, options);
  const engine = new Engine([channel], options.engine);
  const say = (day: number, page: readonly ReplayRow[]) => {
    const readings = columnsOf(page, [meter], options.resolutionM3 ?? 0.001);
    const output = engine.feed(readings);
    return dayLines(dateTextOf(day), page.length, output, engine.viewsOf(meter), options.kind === "customer");
  };
  let [day, page]: [number, ReplayRow[]] = [Number.NaN, []];
  for await (const row of rows) {
    if (row.meter !== meter) continue;
    const today = calendar.dayOf(row.readAtMs - 1);
    if (today !== day && page.length > 0) {
      yield* say(day, page);
      page = [];
    }
    day = today;
    page.push(row);
  }
  if (page.length > 0) yield* say(day, page);
}

function dayLines(
  date: string,
  readings: number,
  { events, nights }: EngineOutput,
  views: readonly RuleView[],
  isCustomer: boolean,
): string[] {
  return [
    `${date}  ${readings} readings`,
    ...events.map(eventLine),
    ...nights.map(nightLine),
    ...(isCustomer ? views.map(viewLine) : []),
  ];
}

function eventLine({ type, rule, startMs, atMs, evidence }: FindingEvent): string {
  const times = `since ${new Date(startMs).toISOString()}, known at ${new Date(atMs).toISOString()}`;
  return `  ${rule} ${type.toUpperCase()}: ${evidence?.reason.en ?? "it has ended"} (${times})`;
}

function viewLine({ rule, isOpen, nullCase, saw }: RuleView): string {
  const standing = isOpen ? "open" : (nullCase ?? "nothing raised");
  return `  ${rule}: ${standing}; ${saw}`;
}

function nightLine(night: DmaNight): string {
  const { date, mnfM3h, expectedM3h, bandHighM3h, completeness } = night;
  const measured = `${Math.round(completeness * 100)} % of the night measured`;
  if (mnfM3h === null) return `  NIGHT_MIN ${date}: not judged, ${measured} (needs 90 %)`;
  if (expectedM3h === null) return `  NIGHT_MIN ${date}: learning; night flow ${flow(mnfM3h)}, ${measured}`;
  return `  NIGHT_MIN ${date}: night flow ${flow(mnfM3h)}, usual ${flow(expectedM3h)}, band up to ${flow(bandHighM3h)}, ${measured}`;
}

function flow(m3h: number | null): string {
  return m3h === null ? "-" : `${m3h.toFixed(2)} m³/h`;
}
