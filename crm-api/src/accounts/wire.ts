import { TicketKind, TicketPriority, TicketState } from "@nightflow/domain";
import { z } from "zod";
import { PageQuery, pageOf } from "../http/paging.ts";
import { Instant, named, QueryFlag, Words } from "../http/schema.ts";
import { CurveStep, UsageCurve } from "../meters/wire.ts";

/** What an account used in the last 30 days, beside the 30 before. */
export const AccountUsage = named(
  "AccountUsage",
  z.strictObject({
    unit: z.enum(["m3", "Sm3"]),
    from: Instant,
    to: Instant,
    volume: z.number().nullable().meta({ description: "Volume of the last 30 days." }),
    previousVolume: z.number().nullable().meta({ description: "Volume of the 30 days before." }),
    change: z.number().nullable().meta({
      description: "volume ÷ previousVolume − 1, per measured time of each; null when one of them is mostly unknown.",
    }),
    completeness: z.number(),
    previousCompleteness: z.number(),
  }),
);

/** One account in a list. */
export const AccountRow = named(
  "AccountRow",
  z.strictObject({
    id: z.uuid(),
    no: z.string(),
    customer: z.string(),
    category: z.string(),
    commodity: z.enum(["water", "gas"]).nullable(),
    isKeyAccount: z.boolean(),
    manager: z.strictObject({ id: z.uuid(), displayName: z.string() }).nullable(),
    status: z.enum(["active", "suspended", "closed"]),
    usage: AccountUsage.nullable().meta({ description: "null when the account has no register." }),
    openTickets: z.int(),
    openEvents: z.int(),
    lastReportAt: Instant.nullable(),
  }),
);
export type AccountRow = z.infer<typeof AccountRow>;

/** A page of accounts, by number. */
export const AccountPage = named("AccountPage", pageOf(AccountRow));

/** Which accounts to list. */
export const AccountQuery = PageQuery.extend({
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: "Rows of a page at most." }),
  mine: QueryFlag.optional().meta({ description: "Only those that I manage." }),
  all: QueryFlag.optional().meta({ description: "Every account, not key accounts only." }),
  q: z.string().max(100).optional().meta({ description: "Part of the number or the customer's name." }),
});
export type AccountQuery = z.infer<typeof AccountQuery>;

/** One account with its places, meters, tariff and newest tickets. */
export const AccountDetail = named(
  "AccountDetail",
  AccountRow.extend({
    zone: z.string(),
    currency: z.string(),
    phone: z.string().nullable(),
    serviceClass: z.enum(["vip", "normal", "restricted"]),
    tariff: z.strictObject({ code: z.string(), name: Words, pricePerM3: z.number(), currency: z.string() }).nullable(),
    servicePoints: z.array(
      z.strictObject({
        id: z.uuid(),
        no: z.string(),
        address: z.string(),
        commodity: z.enum(["water", "gas"]),
        dmaId: z.string().nullable(),
        meters: z.array(z.strictObject({ id: z.string(), model: z.string(), serial: z.string().nullable() })),
      }),
    ),
    tickets: z
      .array(
        z.strictObject({
          id: z.uuid(),
          no: z.string(),
          kind: TicketKind,
          priority: TicketPriority,
          state: TicketState,
          title: Words,
          openedAt: Instant,
          resolveBy: Instant.nullable(),
        }),
      )
      .meta({ description: "Newest first, at most 20." }),
  }),
);

/** Which span of an account's curve, how fine, and beside what. */
export const AccountCurveQuery = z.strictObject({
  from: z.coerce.number().int().meta({ description: "Epoch milliseconds." }),
  to: z.coerce.number().int().meta({ description: "Epoch milliseconds, not included." }),
  step: CurveStep.exclude(["raw"]).default("hour"),
  compare: z.enum(["previous"]).optional().meta({ description: "The span of the same number of local days before." }),
});
export type AccountCurveQuery = z.infer<typeof AccountCurveQuery>;

/** An account's curve, and the one it is compared with. */
export const AccountCurve = named(
  "AccountCurve",
  z.strictObject({ current: UsageCurve, previous: UsageCurve.nullable() }),
);
