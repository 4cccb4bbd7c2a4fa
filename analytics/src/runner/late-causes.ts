import type { DistrictReplay, FamilyReplay } from "../engine.ts";
import { calendarOf, dateTextOf } from "../pure/local-time.ts";
import type { LateCause } from "./change-writer.ts";
import type { LateMeter } from "./late-queue.ts";

/** First and last local date that late readings have changed. */
interface Dates {
  readonly from: string;
  readonly to: string;
}

/** Why findings of a meter change: its own late readings. */
export function causeOfMeter({ id, readings, spans }: LateMeter, zone: string, atMs: number): LateCause {
  const calendar = calendarOf(zone);
  const dateOf = (ms: number) => dateTextOf(calendar.dayOf(ms));
  const days = daysText({ from: dateOf(spans[0]?.[0] ?? 0), to: dateOf(spans.at(-1)?.[1] ?? 0) });
  return {
    batch: id,
    atMs,
    reason: {
      zh: `${days.zh} 的 ${readings} 条读数迟到，据此重新计算后不成立`,
      en: `${readings} readings ${days.en} came late; judged again with them it does not hold`,
    },
  };
}

/** Why findings of a district's nights change. */
export function causeOfNights({ dma, from, to, nights }: DistrictReplay, atMs: number): LateCause {
  const days = daysText({ from, to });
  return {
    batch: `${dma}:${from}:${to}:${nights.at(-1)?.date ?? to}`,
    atMs,
    reason: {
      zh: `分区内 ${days.zh} 的读数迟到，据此重新计算夜间后不成立`,
      en: `readings ${days.en} in its district came late; its nights judged again with them it does not hold`,
    },
  };
}

/** Why findings of a parent meter change. */
export function causeOfFamily({ parent, from, to }: FamilyReplay, atMs: number): LateCause {
  const days = daysText({ from, to });
  return {
    batch: `${parent}:${from}:${to}`,
    atMs,
    reason: {
      zh: `总表或其分表 ${days.zh} 的读数迟到，据此重新比对后不成立`,
      en: `readings ${days.en} of the parent or its children came late; compared again with them it does not hold`,
    },
  };
}

/** Why findings of pressure gauges change. */
export function causeInDistrict(batch: string, dates: Dates, atMs: number): LateCause {
  const days = daysText(dates);
  return {
    batch,
    atMs,
    reason: {
      zh: `${days.zh} 的压力读数迟到，据此重新计算后不成立`,
      en: `pressures ${days.en} came late; judged again with them it does not hold`,
    },
  };
}

function daysText({ from, to }: Dates): { readonly zh: string; readonly en: string } {
  return from === to ? { zh: from, en: `of ${from}` } : { zh: `${from} 至 ${to}`, en: `of ${from} to ${to}` };
}
