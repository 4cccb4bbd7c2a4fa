import type { BurstState } from "./detectors/burst.ts";
import { type DayVolume, wholeDay } from "./detectors/day.ts";
import type { Flow } from "./detectors/flow.ts";
import type { RunCells, RunState } from "./detectors/flow-run.ts";
import { expectedGasLitres, type GasVolumeState } from "./detectors/gas-volume.ts";
import { GAS_BANDS, openBand, recordHours } from "./detectors/run-record.ts";
import { flowText, hoursSince, type Proof } from "./evidence.ts";

/** GAS_CONT: the highest band that is a finding. */
export function gasRunProof(state: RunState, runs: RunCells, hour: Flow): Proof {
  const band = Math.max(0, openBand(runs));
  const hours = hoursSince(runs.startMs.get(band), hour);
  const [floor, before] = [runs.floor.get(band), Math.round(recordHours(runs, band))];
  const isFirst = state.runStops === 0;
  const level = band === 0 ? "" : ` (of ${GAS_BANDS[band]} L/h and more)`;
  const zhLevel = band === 0 ? "" : `（${GAS_BANDS[band]} L/h 以上）`;
  return {
    actual: floor,
    expected: 0,
    floor,
    excess: floor,
    isLoss: true,
    reason: {
      en: `never below ${flowText(floor)} for ${hours} h; ${isFirst ? "it has not stopped since the first reading" : `before that the longest such run${level} was ${before} h`}`,
      zh: `连续 ${hours} 小时不低于 ${flowText(floor)}；${isFirst ? "自首次读数以来从未停止" : `此前最长连续${zhLevel} ${before} 小时`}`,
    },
    clearsWhen: {
      en: band === 0 ? "two still hours in a row" : `two hours in a row below ${GAS_BANDS[band]} L/h`,
      zh: band === 0 ? "连续两个小时无流量" : `连续两个小时低于 ${GAS_BANDS[band]} L/h`,
    },
    details: { runHours: hours, recordHours: before, ...(band > 0 && { bandLitres: GAS_BANDS[band] ?? 0 }) },
  };
}

/** BURST of a gas meter. */
export function gasRiseProof(state: BurstState, maxM3h: number): Proof {
  const [now, limit] = [state.burstPrevious, 1200 * maxM3h];
  return {
    actual: now,
    expected: null,
    low: 0,
    high: limit,
    excess: now,
    isLoss: true,
    reason: {
      en: `gas flow of ${flowText(now)} in two intervals in a row; the meter is made for ${flowText(1000 * maxM3h)}`,
      zh: `燃气流量连续两个时段达 ${flowText(now)}，超过该表最大流量 ${flowText(1000 * maxM3h)}`,
    },
    clearsWhen: { en: `two intervals below ${flowText(limit)}`, zh: `连续两个时段低于 ${flowText(limit)}` },
  };
}

/** USAGE_CHANGE of a gas meter. */
export function gasVolumeProof(state: GasVolumeState, day: DayVolume): Proof {
  const usual = expectedGasLitres(state, day.meanC);
  const litres = day.goodHours === 0 ? null : wholeDay(day);
  const [now, before] = [((litres ?? 0) / 1000).toFixed(1), (usual / 1000).toFixed(1)];
  const degrees = day.meanC === null || day.meanC === undefined ? "?" : day.meanC.toFixed(1);
  return {
    actual: litres === null ? null : litres / 24,
    expected: usual / 24,
    excess: Math.max(0, (litres ?? usual) - usual) / 24,
    isLoss: false,
    reason: {
      en: `more gas than in such weather: ${now} m³ on the last day at a mean of ${degrees} °C, where this meter usually burns ${before} m³`,
      zh: `用气高于同等气温水平：最近一日 ${now} m³（日均 ${degrees} °C），该表在此气温下平常用 ${before} m³`,
    },
    clearsWhen: { en: "several days back at what such weather takes", zh: "连续数日恢复到该气温下的平常用量" },
    details: { lastDayLitres: Math.round(litres ?? 0), usualDayLitres: Math.round(usual), meanC: day.meanC ?? null },
  };
}
