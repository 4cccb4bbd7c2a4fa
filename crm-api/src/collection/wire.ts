import { AgentStatus, BusHealth, ClockStanding, EnrolmentStanding, OpcUaStanding, UnitHealth } from "@nightflow/domain";
import { z } from "zod";
import { ConfigStanding } from "../agent-config/wire.ts";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, LocalDate, named } from "../http/schema.ts";
import { MeterQuery, MeterRow } from "../meters/wire.ts";

/** How the meters of one agent, district or model reported. */
export const CollectionGroup = named(
  "CollectionGroup",
  z.strictObject({
    id: z
      .string()
      .meta({ description: "`site/agent`, a district's id, or a model of meter; empty for meters that have none." }),
    meters: z.int(),
    good: z.int(),
    late: z.int(),
    silent: z.int(),
    never: z.int(),
    expected: z.int().meta({ description: "Readings that should have come in the window." }),
    got: z.int().meta({ description: "Readings with a value that came, at most as many as expected." }),
    successRate: z.number().nullable().meta({ description: "got ÷ expected; null when nothing is expected." }),
  }),
);
export type CollectionGroup = z.infer<typeof CollectionGroup>;

/** How all meters of the scope reported in the last 24 hours. */
export const CollectionReport = named(
  "CollectionReport",
  z.strictObject({
    at: Instant.meta({ description: "When this was looked at (business clock)." }),
    from: Instant,
    total: CollectionGroup,
    byAgent: z.array(CollectionGroup).meta({ description: "Worst success rate first." }),
    byDma: z.array(CollectionGroup).meta({ description: "Worst success rate first." }),
    byModel: z.array(CollectionGroup).meta({ description: "Worst success rate first." }),
    missing: z
      .array(MeterRow.extend({ expected: z.int(), got: z.int() }))
      .meta({ description: "Meters that do not report as they should, longest silent first, at most 200." }),
  }),
);

/** Which missing readings to list: those of the meters that fit, in [from, to). */
export const MissingReadingsQuery = MeterQuery.omit({ status: true }).extend({
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: "Meters of a page at most." }),
  from: z.coerce.number().int().optional().meta({ description: "Epoch ms; `days` before `to` when left out." }),
  days: z.coerce.number().int().min(1).max(31).default(1).meta({ description: "Length of the span without `from`." }),
  to: z.coerce.number().int().optional().meta({ description: "Epoch ms; now when left out." }),
});

/** One meter with what did not come of it. */
export const MeterGaps = named(
  "MeterGaps",
  z.strictObject({
    meter: MeterRow,
    expected: z.int(),
    got: z.int(),
    gaps: z
      .array(z.strictObject({ from: Instant, to: Instant, periods: z.int() }))
      .meta({ description: "Stretches [from, to) without a value, oldest first; of more than 50 the newest 50." }),
    isCut: z.boolean(),
  }),
);

/** Meters from which readings are missing. A page may hold fewer than asked for, and still have a next one. */
export const MissingReadings = named(
  "MissingReadings",
  z.strictObject({ from: Instant, to: Instant, ...pageOf(MeterGaps).shape }),
);

/** What share of the readings came, day by day. */
export const CollectionDays = named(
  "CollectionDays",
  z.strictObject({
    zone: z.string(),
    days: z.array(
      z.strictObject({
        day: LocalDate,
        expected: z.int(),
        arrived: z.int(),
        late: z.int().meta({ description: "Those that came after their hour was over." }),
        successRate: z.number().nullable(),
      }),
    ),
  }),
);

/** One edge agent. */
export const AgentRow = named(
  "AgentRow",
  z.strictObject({
    site: z.string(),
    id: z.string(),
    isOnline: z.boolean(),
    statusAt: Instant.nullable(),
    status: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: "The agent's last status message (domain's `AgentStatus`)." }),
    channels: z.int(),
    meters: z.int(),
  }),
);
export type AgentRow = z.infer<typeof AgentRow>;

/** The edge agents of the scope. */
export const AgentList = named("AgentList", z.strictObject({ items: z.array(AgentRow) }));

/** How one agent fares, in short. */
export const FleetRow = named(
  "FleetRow",
  z.strictObject({
    site: z.string(),
    id: z.string(),
    isOnline: z.boolean(),
    statusAt: Instant.nullable(),
    version: z.string().nullable(),
    outbox: AgentStatus.shape.outbox.unwrap().nullable(),
    clock: ClockStanding.nullable(),
    busStates: z.strictObject({ good: z.int(), partly: z.int(), silent: z.int(), waiting: z.int() }),
    pollsSkipped: z.int().nullable(),
    config: ConfigStanding,
    channels: z.int(),
    meters: z.int(),
  }),
);

/** The agents of a scope, by site and name. */
export const FleetPage = named("FleetPage", pageOf(FleetRow));
export const FleetQuery = PageQuery.extend({
  q: z.string().max(100).optional().meta({ description: "Part of `site/agent`." }),
  online: z.enum(["true", "false"]).optional(),
});

/** One agent with its buses, and its meters as far as the scope reaches. */
export const FleetAgent = named(
  "FleetAgent",
  FleetRow.extend({
    startedAt: Instant.nullable(),
    buses: z.array(BusHealth),
    units: z.array(UnitHealth),
    enrolment: EnrolmentStanding.nullable(),
    opcua: OpcUaStanding.nullable().meta({ description: "Servers and certificates; for people who see everything." }),
  }),
);

/** Where readings go that are not stored. */
export const SetAsideName = z.enum(["dead_letter", "quarantine", "conflict"]);

/** One reading or payload set aside, with its reason. */
export const SetAsideRow = named(
  "SetAsideRow",
  z.strictObject({
    id: z.int(),
    list: SetAsideName,
    receivedAt: Instant,
    agent: z.string(),
    epoch: z.string().nullable(),
    seq: z.int().nullable(),
    origin: z.enum(["live", "import"]),
    channel: z.string().nullable(),
    readAt: z.number().nullable().meta({ description: "Epoch milliseconds as the device said; may be nonsense." }),
    raw: z.string(),
    reasonCode: z.string(),
    reason: z.string(),
  }),
);

/** A page of a list, newest first. */
export const SetAsidePage = named(
  "SetAsidePage",
  z.strictObject({
    items: z.array(SetAsideRow),
    nextCursor: z.string().nullable(),
    counts: z
      .strictObject({
        stored: z.int(),
        deadLetters: z.int(),
        quarantined: z.int(),
        conflicts: z.int(),
        repeats: z.int(),
      })
      .nullable()
      .meta({ description: "Of the whole store; null for people who see a region only." }),
  }),
);
