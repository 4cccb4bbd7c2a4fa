import { channelIdOf, isId, NightflowError, newId, type Quantity } from "@nightflow/domain";
import { appendAudit } from "../audit.ts";
import type { Database, Sql } from "../database.ts";
import { notifyRegistry } from "../registry-events.ts";

/** What a file of readings says of its meters. */
export interface ImportedMeters {
  readonly meters: readonly string[];
  /** Customers' meters, or district inlets; a district of the meter's name is made for each of those. */
  readonly kind: "customer" | "district";
  readonly commodity?: "water" | "gas";
  /** Size of one count of the forward register, m³. */
  readonly resolution: number;
  /** Usual time between two readings; default an hour. */
  readonly periodS?: number;
  /** Unit that missing meters go to; made as a company with this zone and currency when it is missing. */
  readonly unitCode: string;
  readonly zone: string;
  readonly currency?: string;
  /** Business time of the audit entry, epoch ms. */
  readonly at?: number;
  readonly actor?: string;
}

export interface EnsuredMeters {
  /** Channel of each meter's forward register at that resolution. */
  readonly channels: ReadonlyMap<string, string>;
  readonly newMeters: number;
  readonly newChannels: number;
}

/** Names of meters or units that cannot be used. */
export class RegistryNameError extends NightflowError {
  readonly code = "REGISTRY_NAME_INVALID";
  readonly retriable = false;
}

const QUANTITY: Quantity = "forward_total";
const UNIT = "m3";

/**
 * Makes the meters and channels that a file of readings needs and the registry lacks, in one transaction. A meter that
 * has the register at another resolution gets a second channel: counts of two sizes never mix.
 *
 * @throws {RegistryNameError} when a meter's name cannot be an id; all of them are named.
 */
export async function ensureImportedMeters(db: Database, wanted: ImportedMeters): Promise<EnsuredMeters> {
  const meters = [...new Set(wanted.meters)];
  checkNames(meters);
  return db.transaction(async (tx) => {
    const unitId = await ensureUnit(tx, wanted);
    const newMeters = await addMeters(tx, meters, unitId, wanted);
    const { channels, added } = await addChannels(tx, meters, wanted.resolution);
    if (newMeters + added > 0) await announce(tx, wanted, { newMeters, newChannels: added });
    return { channels, newMeters, newChannels: added };
  });
}

function checkNames(meters: readonly string[]): void {
  const bad = meters.filter((meter) => !isId(meter) || !isId(channelIdOf(meter, QUANTITY)));
  if (bad.length === 0) return;
  const shown = bad.slice(0, 20).map((meter) => JSON.stringify(meter.slice(0, 80)));
  throw new RegistryNameError(`${bad.length} meter name(s) cannot be ids: ${shown.join(", ")}`, {
    remedy: "use 1 to 50 characters of A-Z a-z 0-9 _ . : -",
  });
}

async function ensureUnit(tx: Sql, { unitCode, zone, currency = "CNY" }: ImportedMeters): Promise<string> {
  await tx.query(
    `insert into org_unit (id, code, kind, name_zh, name_en, path, zone, currency)
     values ($1, $2, 'company', $2, $2, $2 || '/', $3, $4) on conflict (code) do nothing`,
    [newId(), unitCode, zone, currency],
  );
  const { rows } = await tx.query<{ id: string }>("select id from org_unit where code = $1", [unitCode]);
  return rows[0]?.id ?? "";
}

async function addMeters(tx: Sql, meters: readonly string[], unitId: string, wanted: ImportedMeters): Promise<number> {
  const { kind, commodity = "water", periodS = 3600 } = wanted;
  const purpose = kind === "district" ? "dma" : "customer";
  const { rows } = await tx.query<{ id: string }>(
    `insert into meter (id, purpose, commodity, period_s, unit_id) select id, $2, $3, $4, $5 from unnest($1::text[]) id
     on conflict (id) do nothing returning id`,
    [meters, purpose, commodity, periodS, unitId],
  );
  const added = rows.map((row) => row.id);
  if (kind === "district") await addDistricts(tx, added, unitId);
  return added.length;
}

async function addDistricts(tx: Sql, meters: readonly string[], unitId: string): Promise<void> {
  await tx.query(
    `insert into dma (id, name_zh, name_en, unit_id) select id, id, id, $2 from unnest($1::text[]) id
     on conflict (id) do nothing`,
    [meters, unitId],
  );
  await tx.query("insert into dma_meter (dma_id, meter_id, sign) select id, id, 1 from unnest($1::text[]) id", [
    meters,
  ]);
}

async function addChannels(tx: Sql, meters: readonly string[], resolution: number) {
  const { rows } = await tx.query<{ id: string; meter: string; isSame: boolean }>(
    `select id, meter_id as meter, quantity = $2 and unit = $3 and resolution = $4 as "isSame"
     from channel where meter_id = any($1)`,
    [meters, QUANTITY, UNIT, resolution],
  );
  const taken = new Set(rows.map((row) => row.id));
  const channels = new Map(rows.filter((row) => row.isSame).map((row) => [row.meter, row.id]));
  const missing = meters.filter((meter) => !channels.has(meter));
  for (const meter of missing) channels.set(meter, freeId(meter, resolution, taken));
  await tx.query(
    `insert into channel (id, meter_id, quantity, unit, resolution)
     select id, meter, $3, $4, $5 from unnest($1::text[], $2::text[]) as new (id, meter)`,
    [missing.map((meter) => channels.get(meter)), missing, QUANTITY, UNIT, resolution],
  );
  return { channels, added: missing.length };
}

function freeId(meter: string, resolution: number, taken: ReadonlySet<string>): string {
  const usual = channelIdOf(meter, QUANTITY);
  return taken.has(usual) ? `${usual}.${resolution}` : usual;
}

async function announce(tx: Sql, wanted: ImportedMeters, after: object): Promise<void> {
  const { at = Date.now(), actor = "system", unitCode } = wanted;
  const entry = { at, actorId: null, actor, action: "registry.import_meters", subjectKind: "unit", subject: unitCode };
  await appendAudit(tx, { ...entry, after });
  await notifyRegistry(tx);
}
