import type { RollUpColumns } from "../../ports.ts";
import type { Period } from "../local-days.ts";
import { blankRollUps, type Mutable } from "../roll-ups.ts";

/** The rows of parts over `channels`, ordered by channel and time. */
export function concatRollUps(parts: readonly RollUpColumns[], channels: readonly string[]): RollUpColumns {
  const nos = new Map(channels.map((channel, no) => [channel, no]));
  const places = parts.flatMap((part) =>
    Array.from({ length: part.length }, (_, row) => ({
      part,
      row,
      no: nos.get(part.channels[part.channelNos[row] ?? -1] ?? "") ?? -1,
      fromMs: part.fromMs[row] ?? 0,
    })),
  );
  places.sort((a, b) => a.no - b.no || a.fromMs - b.fromMs);
  const columns = blankRollUps(places.length, channels);
  places.forEach(({ part, row, no }, at) => {
    copyRow(part, row, columns, at);
    columns.channelNos[at] = no;
  });
  return columns;
}

/** The rows that are wanted. */
export function pickRollUps(columns: RollUpColumns, isWanted: (row: number) => boolean): RollUpColumns {
  const rows = Array.from({ length: columns.length }, (_, row) => row).filter(isWanted);
  const picked = blankRollUps(rows.length, columns.channels);
  rows.forEach((row, at) => {
    copyRow(columns, row, picked, at);
  });
  return picked;
}

/** Days put together of their hours; every day begins and ends on an hour. Rows in, and out, by channel and time. */
export function rollUpDays(hours: RollUpColumns, days: readonly Period[]): RollUpColumns {
  const columns = blankRollUps(hours.length, hours.channels);
  let length = 0;
  let dayNo = 0;
  for (let row = 0; row < hours.length; row++) {
    const atMs = hours.fromMs[row] ?? 0;
    if (row === 0 || hours.channelNos[row] !== hours.channelNos[row - 1]) dayNo = 0;
    while (dayNo < days.length && atMs >= (days[dayNo]?.toMs ?? 0)) dayNo++;
    const day = days[dayNo];
    if (day === undefined || atMs < day.fromMs) continue;
    const isSame =
      columns.channelNos[length - 1] === hours.channelNos[row] && columns.fromMs[length - 1] === day.fromMs;
    if (length > 0 && isSame) addHour(columns, length - 1, hours, row);
    else {
      copyRow(hours, row, columns, length);
      columns.fromMs[length] = day.fromMs;
      columns.toMs[length++] = day.toMs;
    }
  }
  return pickRollUps(columns, (row) => row < length);
}

function addHour(days: Mutable<RollUpColumns>, at: number, hours: RollUpColumns, row: number): void {
  for (const name of ["readings", "good", "missing"] as const)
    days[name][at] = (days[name][at] ?? 0) + (hours[name][row] ?? 0);
  if (Number.isNaN(hours.firstAtMs[row])) return;
  if (Number.isNaN(days.firstAtMs[at])) copyValues(hours, row, days, at);
  else addValues(hours, row, days, at);
}

function addValues(hours: RollUpColumns, row: number, days: Mutable<RollUpColumns>, at: number): void {
  days.lastAtMs[at] = hours.lastAtMs[row] ?? Number.NaN;
  days.lastCounts[at] = hours.lastCounts[row] ?? 0n;
  days.lastGauges[at] = hours.lastGauges[row] ?? Number.NaN;
  days.minGauges[at] = Math.min(days.minGauges[at] ?? Number.NaN, hours.minGauges[row] ?? Number.NaN);
  days.maxGauges[at] = Math.max(days.maxGauges[at] ?? Number.NaN, hours.maxGauges[row] ?? Number.NaN);
  days.sumGauges[at] = (days.sumGauges[at] ?? Number.NaN) + (hours.sumGauges[row] ?? Number.NaN);
}

function copyRow(from: RollUpColumns, row: number, to: Mutable<RollUpColumns>, at: number): void {
  for (const name of ["channelNos", "fromMs", "toMs", "readings", "good", "missing"] as const)
    to[name][at] = from[name][row] ?? 0;
  copyValues(from, row, to, at);
}

const NUMBERS = ["firstAtMs", "lastAtMs", "firstGauges", "lastGauges", "minGauges", "maxGauges", "sumGauges"] as const;

function copyValues(from: RollUpColumns, row: number, to: Mutable<RollUpColumns>, at: number): void {
  for (const name of NUMBERS) to[name][at] = from[name][row] ?? Number.NaN;
  to.firstCounts[at] = from.firstCounts[row] ?? 0n;
  to.lastCounts[at] = from.lastCounts[row] ?? 0n;
}
