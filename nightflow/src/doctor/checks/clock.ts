import { type Finding, found } from "../finding.ts";
import type { Patient } from "../patient.ts";

const EARLIEST_MS = Date.UTC(2020, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const SMALL_S = 2;
const LARGE_S = 60;

/** Can the machine's time be right, and are the zones known that days and nights are cut by? */
export async function checkClock({ probes }: Patient): Promise<Finding[]> {
  const nowMs = probes.nowMs();
  const now = new Date(nowMs).toISOString();
  const isRight = nowMs >= EARLIEST_MS && nowMs < LATEST_MS;
  return [isRight ? found("ok", "clock.year", { now }) : found("fail", "clock.wrong", { now })];
}

/** How far the machine's time is from a server's. */
export function clockAgainst(server: string, nowMs: number, serverMs: number): Finding {
  const away = Math.abs(nowMs - serverMs) / 1000;
  const params = { server, seconds: Math.round(away * 10) / 10 };
  if (away <= SMALL_S) return found("ok", "clock.agrees", params);
  return found(away > LARGE_S ? "fail" : "warn", "clock.differs", params);
}

/** The zones of the units, as this Node knows them. */
export function checkZones(zones: readonly string[]): Finding[] {
  const unknown = zones.filter((zone) => !isZone(zone));
  const version = process.versions.tz ?? "?";
  return unknown.length === 0
    ? [found("ok", "clock.zones", { version, count: zones.length })]
    : unknown.map((zone) => found("fail", "clock.zone-unknown", { zone }));
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
