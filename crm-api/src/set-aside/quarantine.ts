import { ChannelDescription, Quantity, Unit } from "@nightflow/domain";
import { notifyRegistry, type ReadingStore, type SetAsideGroup, type Sql } from "@nightflow/storage";
import { z } from "zod";
import type { Principal } from "../access/principal.ts";
import { inScope } from "../access/scope.ts";
import { BadRequestProblem, ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { epochMs, SqlFilter } from "../sql/filter.ts";
import type { ApproveBody, QuarantineRow, QuarantineView, RejectionRow } from "./wire.ts";

const MOST_CHANNELS = 500;

/** Unknown channels that wait for a decision, and those that were rejected. */
export async function quarantineView(sql: Sql, store: ReadingStore): Promise<z.infer<typeof QuarantineView>> {
  const groups = await store.groupSetAside({ list: "quarantine", state: "open" }, MOST_CHANNELS);
  const announced = await announcedChannels(sql, groups);
  const { rows: rejected } = await sql.query<z.infer<typeof RejectionRow>>(
    `select channel, reason, ${epochMs("rejected_at")} as "rejectedAt", actor, later_count::float8 as "laterCount",
       ${epochMs("last_heard_at")} as "lastHeardAt" from channel_rejection order by rejected_at desc limit 500`,
  );
  return { items: groups.map((group) => toRow(group, announced)), rejected };
}

const Announced = z.object({ id: z.string(), quantity: Quantity, unit: Unit, resolution: z.number().nullish() });
type Announced = z.infer<typeof Announced>;

/** What the agents of some unknown channels say of them in their configuration reports. */
export async function announcedChannels(
  sql: Sql,
  groups: readonly Pick<SetAsideGroup, "channel" | "agents">[],
): Promise<ReadonlyMap<string, Announced>> {
  const channels = groups.map(({ channel }) => channel);
  const agents = [...new Set(groups.flatMap((group) => group.agents))];
  const { rows } = await sql.query<{ channel: unknown }>(
    `select c.value as channel from agent a, jsonb_array_elements(a.config_report -> 'channels') c
     where a.site || '/' || a.id = any($1) and c.value ->> 'id' = any($2)`,
    [agents, channels],
  );
  const known = rows.flatMap(({ channel }) => Announced.safeParse(channel).data ?? []);
  return new Map(known.map((channel) => [channel.id, channel]));
}

function toRow(group: SetAsideGroup, announced: ReadonlyMap<string, Announced>): z.infer<typeof QuarantineRow> {
  const { firstReceivedAtMs, lastReceivedAtMs, firstReadAtMs, lastReadAtMs, agents, samples, channel, count } = group;
  const said = announced.get(channel);
  return {
    ...{ channel, count, agents: [...agents], samples: [...samples] },
    ...{ firstReceivedAt: firstReceivedAtMs, lastReceivedAt: lastReceivedAtMs },
    ...{ firstReadAt: firstReadAtMs, lastReadAt: lastReadAtMs },
    announced:
      said === undefined ? null : { quantity: said.quantity, unit: said.unit, resolution: said.resolution ?? null },
  };
}

/**
 * Makes an unknown channel known, in the caller's transaction: registers it, or notes that it is another name of one.
 *
 * @throws {ConflictProblem} when it is known by now, or counts in another resolution than the channel it should feed.
 */
export async function register(
  tx: Sql,
  by: Principal,
  body: ApproveBody,
  said: Announced | undefined,
): Promise<string> {
  const { channel: name, as } = body;
  await refuseKnown(tx, name);
  if (as.kind === "existing") {
    await checkExisting(tx, by, as.channel, said);
    await addName(tx, name, as.channel, as.unit);
  } else {
    const id = as.id ?? name;
    const meter = "new" in as.meter ? await addMeter(tx, by, as.meter.new) : await ownMeter(tx, by, as.meter.id);
    await addChannel(tx, { id, meter, quantity: as.quantity, unit: as.unit, resolution: as.resolution });
    if (id !== name || as.sentUnit !== undefined) await addName(tx, name, id, as.sentUnit);
  }
  await tx.query("delete from channel_rejection where channel = $1", [name]);
  await notifyRegistry(tx);
  return as.kind === "existing" ? as.channel : (as.id ?? name);
}

async function refuseKnown(tx: Sql, name: string): Promise<void> {
  const { rows } = await tx.query(
    "select id from channel where id = $1 union all select alias from channel_alias where alias = $1",
    [name],
  );
  if (rows.length > 0)
    throw new ConflictProblem("CHANNEL_KNOWN", `${name} is in the registry by now`, {
      remedy: "replay its readings; nothing has to be approved",
    });
}

async function checkExisting(tx: Sql, by: Principal, id: string, said: Announced | undefined): Promise<void> {
  const filter = new SqlFilter();
  filter.and(`c.id = ${filter.value(id)}`).and(inScope(filter, by.scope, "m.unit_id"));
  const { rows } = await tx.query<{ resolution: number | null; unit: string }>(
    `select c.resolution, c.unit from channel c join meter m on m.id = c.meter_id ${filter.where}`,
    filter.values,
  );
  const [own] = rows;
  if (own === undefined) throw new NotFoundProblem("channel", id);
  const isOther = said !== undefined && (said.unit !== own.unit || (said.resolution ?? null) !== own.resolution);
  if (isOther)
    throw new ConflictProblem(
      "RESOLUTION_DIFFERS",
      `its agent counts in ${said.resolution} ${said.unit}, ${id} in ${own.resolution} ${own.unit}`,
      {
        remedy: "register it as a channel of its own: counts of two sizes never mix",
      },
    );
}

async function ownMeter(tx: Sql, by: Principal, id: string): Promise<string> {
  const filter = new SqlFilter();
  filter.and(`m.id = ${filter.value(id)}`).and(inScope(filter, by.scope, "m.unit_id"));
  const { rows } = await tx.query(`select m.id from meter m ${filter.where}`, filter.values);
  if (rows.length === 0) throw new NotFoundProblem("meter", id);
  return id;
}

type NewMeter = Extract<Extract<ApproveBody["as"], { kind: "new" }>["meter"], { new: unknown }>["new"];

async function addMeter(tx: Sql, by: Principal, meter: NewMeter): Promise<string> {
  const { id, commodity, purpose, periodS, model, serial = null, unitId = by.unitId } = meter;
  const filter = new SqlFilter();
  filter.and(`id = ${filter.value(unitId)}`).and(inScope(filter, by.scope, "id"));
  if ((await tx.query(`select id from org_unit ${filter.where}`, filter.values)).rows.length === 0)
    throw new NotFoundProblem("organisation unit", unitId);
  const { rows } = await tx.query(
    `insert into meter (id, commodity, purpose, period_s, model, serial, unit_id) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (id) do nothing returning id`,
    [id, commodity, purpose, periodS, model, serial, unitId],
  );
  if (rows.length === 0)
    throw new ConflictProblem("METER_KNOWN", `there is a meter ${id}; choose it, or give the new one another id`);
  return id;
}

interface NewChannel {
  readonly id: string;
  readonly meter: string;
  readonly quantity: Quantity;
  readonly unit: Unit;
  readonly resolution: number | undefined;
}

async function addChannel(tx: Sql, { id, meter, quantity, unit, resolution }: NewChannel): Promise<void> {
  const described = ChannelDescription.safeParse({
    id,
    quantity,
    unit,
    ...(resolution !== undefined && { resolution }),
  });
  if (!described.success)
    throw new BadRequestProblem(described.error.issues.map(({ message }) => message).join("; "), {
      details: { channel: id },
    });
  const { rows } = await tx.query(
    `insert into channel (id, meter_id, quantity, unit, resolution) values ($1, $2, $3, $4, $5)
     on conflict (id) do nothing returning id`,
    [id, meter, quantity, unit, resolution ?? null],
  );
  if (rows.length === 0) throw new ConflictProblem("CHANNEL_KNOWN", `there is a channel ${id} already`);
}

async function addName(tx: Sql, name: string, channel: string, unit: Unit | undefined): Promise<void> {
  await tx.query("insert into channel_alias (alias, channel, unit) values ($1, $2, $3)", [name, channel, unit ?? null]);
}

/** Rejects a channel, in the caller's transaction. */
export async function rejectChannel(tx: Sql, by: Principal, name: string, reason: string, atMs: number): Promise<void> {
  await refuseKnown(tx, name);
  await tx.query(
    `insert into channel_rejection (channel, reason, rejected_at, actor) values ($1, $2, $3, $4)
     on conflict (channel) do update set reason = excluded.reason, rejected_at = excluded.rejected_at, actor = excluded.actor`,
    [name, reason, new Date(atMs), by.login],
  );
  await notifyRegistry(tx);
}

/** Takes a rejection back, in the caller's transaction. @throws {NotFoundProblem} when there is none. */
export async function undoRejection(tx: Sql, name: string): Promise<void> {
  const { rowCount } = await tx.query("delete from channel_rejection where channel = $1", [name]);
  if (rowCount === 0) throw new NotFoundProblem("rejected channel", name);
  await notifyRegistry(tx);
}
