import type { Clock, LiveEventKind } from "@nightflow/domain";
import { appendAudit, appendLiveEvent, type Database, type Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";

/** Who did something: a signed-in person, somebody who tries to sign in, or the platform itself. */
export type Actor =
  | Pick<Principal, "userId" | "login">
  | { readonly userId: string | null; readonly login: string; readonly address?: string };

/** The platform itself. */
export const SYSTEM: Actor = { userId: null, login: "system" };

/** What was done, for the audit trail. */
export interface AuditNote {
  /** `ticket.move`, for example. */
  readonly action: string;
  readonly kind: string;
  readonly subject: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason?: string | undefined;
}

/** Writes an entry of the audit trail into the transaction. */
export async function recordAudit(tx: Sql, clock: Clock, actor: Actor, note: AuditNote): Promise<void> {
  await appendAudit(tx, {
    at: clock.now(),
    actorId: actor.userId,
    actor: actor.login,
    action: note.action,
    subjectKind: note.kind,
    subject: note.subject,
    before: note.before,
    after: note.after,
    reason: note.reason ?? null,
    remoteAddress: "address" in actor ? (actor.address ?? null) : null,
  });
}

/** Writes into the audit trail that somebody took data out of the platform. */
export async function recordExport(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  actor: Actor,
  what: { readonly kind: string; readonly subject: string; readonly query?: unknown },
): Promise<void> {
  const { kind, subject, query } = what;
  await db.transaction((tx) =>
    recordAudit(tx, clock, actor, { action: `${kind}.export`, kind, subject, after: query }),
  );
}

/** What a live event is about. */
export interface EventNote {
  readonly kind: LiveEventKind;
  readonly subject: string;
  readonly unitPath: string;
}

/** Writes live events into the transaction; call it last, as their numbers stay locked until the commit. */
export async function recordEvents(tx: Sql, clock: Clock, events: readonly EventNote[]): Promise<void> {
  for (const event of events) await appendLiveEvent(tx, { ...event, at: clock.now() });
}
