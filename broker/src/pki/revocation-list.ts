import { AgentId, SiteId } from "@nightflow/domain";
import { z } from "zod";
import { type Journal, openJournal } from "./journal.ts";
import type { RollEntry } from "./roll.ts";

const base = { source: z.string(), no: z.int().min(0), agent: AgentId, site: SiteId, isRevoked: z.boolean() };

/** What was heard of an agent or a certificate that was revoked; an agent that was let in again is listed too. */
export const RevocationEntry = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("agent"), ...base }),
  z.strictObject({
    kind: z.literal("certificate"),
    ...base,
    serial: z.string(),
    fingerprint: z.string(),
    /** Epoch ms. */
    expiresAt: z.int(),
  }),
]);
export type RevocationEntry = z.infer<typeof RevocationEntry>;

/** Opens the list, and makes it where there is none. @throws {JournalError} when it is damaged. */
export async function openRevocationList(path: string, now: () => number = Date.now): Promise<RevocationList> {
  const keep = (entries: readonly RevocationEntry[]) => entries.filter((entry) => isCurrent(entry, now()));
  return new RevocationList(await openJournal(path, RevocationEntry, keep));
}

/**
 * Every revocation that this broker has heard of, in a file beside the authority that no backup has and no restore
 * replaces: a database that is put back to an earlier day lets nobody in again who was put out since.
 */
export class RevocationList {
  readonly #journal: Journal<RevocationEntry>;
  readonly #last = new Map<string, RevocationEntry>();

  constructor(journal: Journal<RevocationEntry>) {
    this.#journal = journal;
    for (const entry of journal.entries) this.#last.set(keyOf(entry), entry);
  }

  /** Takes note of changes of a database. Resolves when they are on disk. */
  async note(source: string, changes: readonly RollEntry[]): Promise<void> {
    const news = changes.flatMap((change) => this.#newsOf(source, change));
    for (const entry of news) this.#last.set(keyOf(entry), entry);
    if (news.length > 0) await this.#journal.append(...news);
  }

  /** What a database that is at change `no` cannot know of, and the newest change that was heard of. */
  beyond(source: string, no: number): { readonly revoked: readonly RevocationEntry[]; readonly no: number } {
    const heard = [...this.#last.values()].filter((entry) => entry.source === source);
    const newest = heard.reduce((most, entry) => Math.max(most, entry.no), 0);
    return { revoked: heard.filter((entry) => entry.isRevoked && entry.no > no), no: newest };
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #newsOf(source: string, change: RollEntry): RevocationEntry[] {
    if (change.kind !== "agent" && change.kind !== "certificate") return [];
    const { kind, no, agent, site, isRevoked } = change;
    const base = { source, no, agent, site, isRevoked };
    const entry: RevocationEntry =
      kind === "agent"
        ? { kind, ...base }
        : { kind, ...base, serial: change.serial, fingerprint: change.fingerprint, expiresAt: change.expiresAt };
    const before = this.#last.get(keyOf(entry));
    const isKnown = before?.source === source && before.isRevoked === isRevoked;
    return isKnown || (before === undefined && !isRevoked) ? [] : [entry];
  }
}

function keyOf(entry: RevocationEntry): string {
  return entry.kind === "agent" ? `agent ${entry.site}/${entry.agent}` : `certificate ${entry.fingerprint}`;
}

function isCurrent(entry: RevocationEntry, nowMs: number): boolean {
  return entry.kind === "agent" || entry.expiresAt > nowMs;
}
