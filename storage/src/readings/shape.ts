import { isId, QUALITY_CODES } from "@nightflow/domain";
import type { ReadingColumns } from "../ports.ts";
import { ReadingShapeError } from "./errors.ts";

/**
 * Refuses columns that no store can hold: a channel that is not an id, an instant that is not whole milliseconds,
 * a gauge that is not a number. Ingest has set such readings aside before, so one that comes here is a fault of the program.
 *
 * A channel that is known, the nth of them, need not be looked at again.
 *
 * @throws {ReadingShapeError} naming the first such row.
 */
export function checkShape(readings: ReadingColumns, isKnown: (nth: number) => boolean = () => false): void {
  const badId = readings.channels.find((channel, nth) => !isKnown(nth) && !isId(channel));
  if (badId !== undefined) throw new ReadingShapeError(`${JSON.stringify(badId)} is not the id of a channel`);
  for (let i = 0; i < readings.length; i++) {
    const fault = faultOfRow(readings, i);
    if (fault !== undefined) throw new ReadingShapeError(`reading ${i} of the commit: ${fault}`);
  }
}

function faultOfRow(readings: ReadingColumns, i: number): string | undefined {
  const quality = readings.qualities[i];
  if (readings.channels[readings.channelNos[i] ?? -1] === undefined) return "it names no channel";
  if (!Number.isSafeInteger(readings.readAtMs[i]))
    return `${readings.readAtMs[i]} is not an instant in whole milliseconds`;
  if (quality === undefined || quality > QUALITY_CODES.missing) return `quality ${quality} is unknown`;
  const isGauge = readings.isRegister[i] !== 1 && quality !== QUALITY_CODES.missing;
  if (isGauge && !Number.isFinite(readings.gauges[i])) return `the gauge's value ${readings.gauges[i]} is not a number`;
  return undefined;
}
