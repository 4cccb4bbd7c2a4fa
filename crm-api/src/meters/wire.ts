import { FLAG_NAMES, Quality, Quantity, Unit } from "@nightflow/domain";
import { z } from "zod";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named } from "../http/schema.ts";

/** Whether a meter reports: `late` beyond two periods, `silent` beyond two periods and a day, `never` not once. */
export const CollectionStatus = z.enum(["good", "late", "silent", "never"]);
export type CollectionStatus = z.infer<typeof CollectionStatus>;

/** One meter in a list. */
export const MeterRow = named(
  "MeterRow",
  z.strictObject({
    id: z.string(),
    serial: z.string().nullable(),
    maker: z.string().nullable(),
    model: z.string(),
    purpose: z.enum(["customer", "dma", "station"]),
    commodity: z.enum(["water", "gas"]),
    dn: z.int().nullable(),
    periodS: z.int(),
    address: z.string(),
    dmaId: z.string().nullable(),
    customer: z.string().nullable(),
    accountId: z.uuid().nullable(),
    accountNo: z.string().nullable(),
    agent: z.string().nullable(),
    status: CollectionStatus,
    lastValueAt: Instant.nullable().meta({ description: "Time of the newest reading that has a value." }),
    lastReadAt: Instant.nullable(),
    lastQuality: Quality.nullable(),
    register: z.number().nullable().meta({ description: "The register then, in `unit`." }),
    unit: Unit.nullable(),
  }),
);
export type MeterRow = z.infer<typeof MeterRow>;

/** A page of meters, by id. */
export const MeterPage = named("MeterPage", pageOf(MeterRow));

/** Which meters to list. */
export const MeterQuery = PageQuery.extend({
  q: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "Part of the meter's id or serial, address, customer or account." }),
  dma: z.string().max(64).optional(),
  agent: z.string().max(129).optional().meta({ description: "`site/agent`." }),
  account: z.uuid().optional(),
  commodity: z.enum(["water", "gas"]).optional(),
  model: z.string().max(200).optional(),
  purpose: z.enum(["customer", "dma", "station"]).optional(),
  status: CollectionStatus.optional(),
});
export type MeterQuery = z.infer<typeof MeterQuery>;

/** The same, among some meters only. */
export type MeterChoice = MeterQuery & { readonly ids?: readonly string[] };

/** One channel of a meter with what it showed last. */
export const MeterChannel = named(
  "MeterChannel",
  z.strictObject({
    id: z.string(),
    quantity: Quantity,
    unit: Unit,
    resolution: z.number().nullable(),
    agent: z.string().nullable(),
    isMain: z.boolean(),
    lastReadAt: Instant.nullable(),
    lastQuality: Quality.nullable(),
    value: z.number().nullable(),
  }),
);

/** One meter with its channels. */
export const MeterDetail = named(
  "MeterDetail",
  MeterRow.extend({
    q3M3h: z.number().nullable(),
    q4M3h: z.number().nullable(),
    capacityM3: z.number().nullable(),
    state: z.string(),
    zone: z.string(),
    channels: z.array(MeterChannel),
  }),
);

/** How fine a curve is shown. */
export const CurveStep = z.enum(["raw", "interval", "hour", "day", "month"]);

/** Which span of a curve, and how fine. */
export const CurveQuery = z.strictObject({
  from: z.coerce.number().int().meta({ description: "Epoch milliseconds." }),
  to: z.coerce.number().int().meta({ description: "Epoch milliseconds, not included." }),
  step: CurveStep.default("hour"),
});
export type CurveQuery = z.infer<typeof CurveQuery>;

/** One bar of a curve. */
export const CurvePoint = named(
  "CurvePoint",
  z.strictObject({
    startAt: Instant,
    endAt: Instant,
    volume: z.number().nullable().meta({ description: "null where nothing is known." }),
    completeness: z.number(),
    quality: z.enum(["good", "estimated", "suspect", "missing"]),
  }),
);

const curveHead = {
  from: Instant,
  to: Instant,
  zone: z.string(),
  unit: z.enum(["m3", "Sm3"]).nullable().meta({ description: "null when there is no register." }),
  completeness: z.number().meta({ description: "Good intervals ÷ intervals expected." }),
};

/** Consumption as bars. */
export const UsageCurve = named(
  "UsageCurve",
  z.strictObject({
    ...curveHead,
    step: CurveStep.exclude(["raw"]),
    total: z.number().nullable(),
    points: z.array(CurvePoint),
  }),
);

/** A register as it was read. */
export const RegisterCurve = named(
  "RegisterCurve",
  z.strictObject({
    ...curveHead,
    step: z.literal("raw"),
    readAt: z.array(Instant),
    register: z.array(z.number().nullable()).meta({ description: "The register in `unit`; null where missing." }),
    quality: z.array(Quality),
  }),
);

/** A meter's curve: bars, or with step `raw` the register itself. */
export const MeterCurve = named("MeterCurve", z.discriminatedUnion("step", [UsageCurve, RegisterCurve]));

/** One reading. */
export const ReadingRow = named(
  "ReadingRow",
  z.strictObject({
    channel: z.string(),
    quantity: Quantity,
    unit: Unit,
    readAt: Instant,
    value: z.number().nullable(),
    quality: Quality,
    flags: z.array(z.enum(FLAG_NAMES)),
  }),
);

/** Readings, newest first. */
export const ReadingList = named(
  "ReadingList",
  z.strictObject({
    items: z.array(ReadingRow),
    isCut: z.boolean().meta({ description: "True when older ones were left out." }),
  }),
);

/** Which readings to list. */
export const ReadingsQuery = z.strictObject({
  channel: z.string().max(64).optional().meta({ description: "One channel; otherwise the main register." }),
  from: z.coerce.number().int().optional(),
  to: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(2000).default(200),
});
