import type { Clock } from "@nightflow/domain";
import { type Database, notifyRegistry, type Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { Principal } from "../access/principal.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { epochMs } from "../sql/filter.ts";
import { recordAudit } from "../system/record.ts";
import type { DeviceBody, DeviceRemoval, DeviceRow } from "./wire.ts";

/** Devices that have a profile, by source. */
export async function listDevices(sql: Sql): Promise<z.infer<typeof DeviceRow>[]> {
  const { rows } = await sql.query<z.infer<typeof DeviceRow>>(
    `select source, profile, ${epochMs("updated_at")} as "updatedAt", updated_by as "updatedBy"
     from device_profile order by source limit 5000`,
  );
  return rows;
}

/** Sets the profile of a device; what it sends from then on follows it. */
export async function saveDevice(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  by: Principal,
  { source, profile, reason }: DeviceBody,
): Promise<void> {
  await db.transaction(async (tx) => {
    const before = await profileOf(tx, source);
    await tx.query(
      `insert into device_profile (source, profile, updated_at, updated_by) values ($1, $2, $3, $4)
       on conflict (source) do update set profile = excluded.profile, updated_at = excluded.updated_at,
         updated_by = excluded.updated_by`,
      [source, JSON.stringify(profile), new Date(clock.now()), by.login],
    );
    await recordAudit(tx, clock, by, { ...note(source, "device.save"), before, after: profile, reason });
    await notifyRegistry(tx);
  });
}

/** Removes the profile of a device: what it sends waits in quarantine again. @throws {NotFoundProblem} */
export async function removeDevice(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  by: Principal,
  { source, reason }: DeviceRemoval,
): Promise<void> {
  await db.transaction(async (tx) => {
    const before = await profileOf(tx, source);
    if (before === undefined) throw new NotFoundProblem("device", source);
    await tx.query("delete from device_profile where source = $1", [source]);
    await recordAudit(tx, clock, by, { ...note(source, "device.remove"), before, reason });
    await notifyRegistry(tx);
  });
}

async function profileOf(tx: Sql, source: string): Promise<unknown> {
  const { rows } = await tx.query<{ profile: unknown }>("select profile from device_profile where source = $1", [
    source,
  ]);
  return rows[0]?.profile;
}

function note(source: string, action: string) {
  return { action, kind: "device", subject: source };
}
