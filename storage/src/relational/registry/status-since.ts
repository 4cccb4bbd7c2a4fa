import { startOfDay } from "../../readings/local-days.ts";
import { parentOf, type RegistryView } from "./checks.ts";
import { DEFAULT_ZONE } from "./load-registry.ts";
import type { ReadRow } from "./rows.ts";
import type { StoredRow } from "./stored-registry.ts";

/**
 * Since when a row has its status, as PostgreSQL compares it: what the file says, a day as the midnight of its unit's zone; else what
 * is stored while the status stays; else the time of the import. Null for what was never anything but active.
 */
export function statusSince({ values }: ReadRow, stored: StoredRow | undefined, view: RegistryView): string | null {
  const told = values.status_since;
  if (typeof told === "string") {
    const isDay = told.length === 10;
    return microseconds(isDay ? startOfDay(told, zoneOf(values.unit, view)) : Date.parse(told));
  }
  if (stored === undefined) return values.status === "active" ? null : microseconds(view.atMs);
  if (stored.status === values.status) return (stored.status_since ?? null) as string | null;
  return microseconds(view.atMs);
}

function zoneOf(unit: unknown, view: RegistryView): string {
  for (let at = unit; typeof at === "string"; at = parentOf("units", at, view)) {
    const zone = view.value("units", at, "zone");
    if (typeof zone === "string") return zone;
  }
  return DEFAULT_ZONE;
}

function microseconds(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
