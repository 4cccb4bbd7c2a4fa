import { ChannelId, DeviceProfile, MeterId, Quantity, Unit } from "@nightflow/domain";
import { z } from "zod";
import { SetAsideName, SetAsideRow } from "../collection/wire.ts";
import { PageQuery } from "../http/paging.ts";
import { Instant, named } from "../http/schema.ts";

/** What became of an entry. */
export const SetAsideOutcomeName = z.enum([
  ...(["stored", "repeat", "dead_letter", "quarantine", "conflict"] as const),
  ...(["discarded", "rejected", "kept_first"] as const),
]);

/** Which entries; all conditions hold together. */
export const EntryFilter = z.strictObject({
  reasonCode: z.string().max(64).optional(),
  agent: z.string().max(300).optional().meta({ description: "`site/agent`, or the source of a device." }),
  channel: z.string().max(64).optional(),
  from: Instant.optional().meta({ description: "Received at or after." }),
  to: Instant.optional().meta({ description: "Received before." }),
});
export type EntryFilter = z.infer<typeof EntryFilter>;

const EntryState = z.union([z.enum(["open", "settled", "all"]), SetAsideOutcomeName]);

/** Which page of which entries. */
export const EntryQuery = PageQuery.extend({
  ...EntryFilter.shape,
  from: z.coerce.number().int().optional().meta({ description: "Received at or after, epoch ms." }),
  to: z.coerce.number().int().optional().meta({ description: "Received before, epoch ms." }),
  state: EntryState.default("open"),
});
export type EntryQuery = z.infer<typeof EntryQuery>;

/** An entry, and what became of it. */
export const EntryRow = named(
  "SetAsideEntry",
  SetAsideRow.extend({
    outcome: SetAsideOutcomeName.nullable().meta({ description: "Null while it waits for a decision." }),
    settledAt: Instant.nullable(),
    decision: z.string().nullable(),
    storedValue: z.string().nullable().meta({
      description: "Of a conflict: the value that is stored at this instant, in counts or the channel's unit.",
    }),
  }),
);

/** A page of entries, newest first. */
export const EntryPage = named(
  "SetAsideEntries",
  z.strictObject({ items: z.array(EntryRow), nextCursor: z.string().nullable() }),
);

/** How many entries have which reason. */
export const ReasonCounts = named(
  "SetAsideReasons",
  z.strictObject({ items: z.array(z.strictObject({ reasonCode: z.string(), count: z.int() })) }),
);

/** The entries of one unknown channel. */
export const QuarantineRow = named(
  "QuarantineRow",
  z.strictObject({
    channel: z.string(),
    count: z.int(),
    firstReceivedAt: Instant,
    lastReceivedAt: Instant,
    firstReadAt: z.number().nullable(),
    lastReadAt: z.number().nullable(),
    agents: z.array(z.string()),
    samples: z.array(z.string()).meta({ description: "What came last, as it came, newest first." }),
    announced: z
      .strictObject({ quantity: Quantity, unit: Unit, resolution: z.number().nullable() })
      .nullable()
      .meta({ description: "What its agent says of the channel; null for devices." }),
  }),
);

/** A channel that was rejected. */
export const RejectionRow = named(
  "RejectedChannel",
  z.strictObject({
    channel: z.string(),
    reason: z.string(),
    rejectedAt: Instant,
    actor: z.string(),
    laterCount: z.int().meta({ description: "Readings that came after: counted, not listed." }),
    lastHeardAt: Instant.nullable(),
  }),
);

/** Unknown channels that wait, and those rejected. */
export const QuarantineView = named(
  "QuarantineView",
  z.strictObject({ items: z.array(QuarantineRow), rejected: z.array(RejectionRow) }),
);

const Reason = z.string().trim().min(3).max(500).meta({ description: "Why; kept in the audit trail." });
const DecimalText = z
  .string()
  .regex(/^[+-]?\d{1,60}(\.\d{1,60})?$/, "is not a decimal number")
  .meta({ description: "Counts for readings of agents; for those of devices, the number that the device sends." });

/** What is changed of an entry before it is replayed. */
export const RepairBody = z.strictObject({
  raw: z.string().min(1).max(4000).optional().meta({ description: "The whole text in place of the one that came." }),
  channel: ChannelId.optional(),
  readAtMs: z.int().optional(),
  value: DecimalText.optional(),
  unit: Unit.optional().meta({ description: "Readings of devices only." }),
});

const Which = {
  ids: z.array(z.int().min(1)).min(1).max(1000).optional(),
  filter: EntryFilter.optional().meta({ description: "All open entries that it finds now; later ones are not meant." }),
};
const isOneOf = (body: { ids?: unknown; filter?: unknown }) => (body.ids === undefined) !== (body.filter === undefined);
const ONE_OF = { error: "say which entries: either ids or filter" };

/** Replays entries through ingest. */
export const ReplayBody = z
  .strictObject({ ...Which, repair: RepairBody.optional(), reason: Reason })
  .refine(isOneOf, ONE_OF)
  .refine(({ repair, ids }) => (repair?.raw ?? repair?.value ?? repair?.readAtMs) === undefined || ids?.length === 1, {
    error: "raw, value and readAtMs repair one entry at a time; name it in ids",
    path: ["repair"],
  });
export type ReplayBody = z.infer<typeof ReplayBody>;

/** Settles entries without storing them. */
export const SettleBody = z.strictObject({ ...Which, reason: Reason }).refine(isOneOf, ONE_OF);
export type SettleBody = z.infer<typeof SettleBody>;

const NewMeter = z.strictObject({
  id: MeterId,
  commodity: z.enum(["water", "gas"]),
  purpose: z.enum(["customer", "dma", "station"]).default("customer"),
  periodS: z.int().min(1).max(2_678_400).default(3600).meta({ description: "How often it is read.", unit: "s" }),
  model: z.string().max(100).default(""),
  serial: z.string().max(100).optional(),
  unitId: z.uuid().optional().meta({ description: "Organisation unit; default that of the person who approves." }),
});

/** What an unknown channel is. */
export const ApproveBody = z.strictObject({
  channel: z.string().min(1).max(64),
  as: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("existing"),
      channel: ChannelId,
      unit: Unit.optional().meta({ description: "Unit of what comes without one; devices only." }),
    }),
    z.strictObject({
      kind: z.literal("new"),
      id: ChannelId.optional().meta({ description: "Id of the channel; default the name that came." }),
      meter: z.union([z.strictObject({ id: MeterId }), z.strictObject({ new: NewMeter })]),
      quantity: Quantity,
      unit: Unit,
      resolution: z.number().positive().optional().meta({ description: "Registers only." }),
      sentUnit: Unit.optional().meta({ description: "Unit of what comes without one; devices only." }),
    }),
  ]),
  reason: Reason,
});
export type ApproveBody = z.infer<typeof ApproveBody>;

/** Rejects a channel, or takes that back. */
export const ChannelBody = z.strictObject({ channel: z.string().min(1).max(64), reason: Reason });
export type ChannelBody = z.infer<typeof ChannelBody>;

/** What a decision came to so far. */
export const DecisionRow = named(
  "SetAsideDecision",
  z.strictObject({
    id: z.uuid(),
    kind: z.enum(["replay", "discard", "approve", "reject", "undo_reject", "keep_first"]),
    list: SetAsideName,
    filter: z.record(z.string(), z.unknown()),
    repair: z.record(z.string(), z.unknown()).nullable(),
    channel: z.string().nullable(),
    reason: z.string(),
    at: Instant,
    actor: z.string(),
    outcomes: z
      .record(z.string(), z.int())
      .meta({ description: "Entries by outcome; `opened` are those that wait again. Empty until it is done." }),
    doneAt: Instant.nullable(),
    job: z
      .strictObject({
        id: z.uuid(),
        state: z.enum(["waiting", "running", "done", "dead", "cancelled"]),
        progress: z.number().nullable(),
        lastError: z.string().nullable(),
      })
      .nullable(),
  }),
);

/** Decisions, newest first. */
export const DecisionPage = named("SetAsideDecisions", z.strictObject({ items: z.array(DecisionRow) }));

/** A registered channel. */
export const ChannelMatch = named(
  "ChannelMatch",
  z.strictObject({
    id: z.string(),
    meterId: z.string(),
    quantity: Quantity,
    unit: Unit,
    resolution: z.number().nullable(),
    commodity: z.enum(["water", "gas"]),
    address: z.string(),
  }),
);

/** Registered channels, by id. */
export const ChannelMatches = named("ChannelMatches", z.strictObject({ items: z.array(ChannelMatch) }));

/** Which channels: a part of id, serial number or address. */
export const ChannelSearch = z.strictObject({ q: z.string().trim().min(1).max(100) });

/** Where a reading would be stored. */
export const StoredQuery = z.strictObject({
  channel: ChannelId,
  at: z.coerce.number().int().meta({ description: "Time of the reading, epoch ms." }),
});

/** What is stored of a channel at an instant: whether a reading would be new, a repeat, or a conflict. */
export const StoredHere = named(
  "StoredHere",
  z.strictObject({
    channel: ChannelMatch,
    stored: z.string().nullable().meta({ description: "In counts or the channel's unit; null when nothing is." }),
  }),
);

/** A device that is not a Nightflow agent. */
export const DeviceRow = named(
  "DeviceRow",
  z.strictObject({ source: z.string(), profile: DeviceProfile, updatedAt: Instant, updatedBy: z.string() }),
);

/** Devices with a profile. */
export const DeviceList = named("DeviceList", z.strictObject({ items: z.array(DeviceRow) }));

const Source = z
  .string()
  .max(300)
  .regex(/^(dev\/[^/+#]+\/[^/+#]+|spb\/[^/+#]+\/[^/+#]+(\/[^/+#]+)?)$/, {
    error: "must be dev/{site}/{device}, or spb/{group}/{node} with /{device} behind it where there is one",
  });

/** Sets the profile of a device. */
export const DeviceBody = z.strictObject({ source: Source, profile: DeviceProfile, reason: Reason });
export type DeviceBody = z.infer<typeof DeviceBody>;

/** Removes the profile of a device. */
export const DeviceRemoval = z.strictObject({ source: Source, reason: Reason });
export type DeviceRemoval = z.infer<typeof DeviceRemoval>;
