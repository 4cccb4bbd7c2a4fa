import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { type Clock, ClockAnchor, ConfigError, describeIssues, realClock, ScaledClock } from "@nightflow/domain";

/** The business clock of this installation: the machine's, or a scaled one fixed by an anchor file. */
export function makeClock(anchor: ClockAnchor | null): Clock {
  return anchor === null ? realClock : new ScaledClock(anchor);
}

/** The anchor in a file. @throws {ConfigError} when the file cannot be read or is not an anchor. */
export function readClockAnchor(path: string): ClockAnchor {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new ConfigError(path, ["clock anchor cannot be read as JSON"], { cause });
  }
  const anchor = ClockAnchor.safeParse(json);
  if (!anchor.success) throw new ConfigError(path, [describeIssues(anchor.error)]);
  return anchor.data;
}

/** Writes the anchor once; a second call fails, since a moved anchor would make time jump for every process. */
export function writeClockAnchor(path: string, anchor: ClockAnchor): void {
  const file = openSync(path, "wx", 0o644);
  try {
    writeSync(file, `${JSON.stringify(anchor)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
