import { AgentId, SiteId } from "@nightflow/domain";
import { z } from "zod";
import { type Journal, openJournal } from "./journal.ts";

const at = z.int().min(0);

/** One certificate that was issued to an agent. */
export const IssuedRecord = z.strictObject({
  kind: z.literal("issued"),
  serial: z.string(),
  fingerprint: z.string(),
  agent: AgentId,
  site: SiteId,
  issuedAt: at,
  expiresAt: at,
});
export type IssuedRecord = z.infer<typeof IssuedRecord>;

const RevokedRecord = z.strictObject({ kind: z.literal("revoked"), serial: z.string(), at, reason: z.string() });
type RevokedRecord = z.infer<typeof RevokedRecord>;

const RegisterEntry = z.discriminatedUnion("kind", [IssuedRecord, RevokedRecord]);
type RegisterEntry = z.infer<typeof RegisterEntry>;

// An expired certificate is refused for its date; its record is kept a while for those who ask what it was.
const KEPT_AFTER_EXPIRY_MS = 90 * 86_400_000;

/** What was issued and what was revoked; a revocation is on disk before it counts as done. */
export class Register {
  readonly #journal: Journal<RegisterEntry>;
  readonly #bySerial = new Map<string, IssuedRecord>();
  readonly #byFingerprint = new Map<string, IssuedRecord>();
  readonly #revoked = new Map<string, RevokedRecord>();

  private constructor(journal: Journal<RegisterEntry>) {
    this.#journal = journal;
    for (const entry of journal.entries) this.#apply(entry);
  }

  /** @throws {JournalError} when the file is damaged. */
  static async open(path: string, nowMs: number): Promise<Register> {
    return new Register(await openJournal(path, RegisterEntry, (entries) => withoutOld(entries, nowMs)));
  }

  async addIssued(record: Omit<IssuedRecord, "kind">): Promise<void> {
    const entry: IssuedRecord = { kind: "issued", ...record };
    await this.#journal.append(entry);
    this.#apply(entry);
  }

  /** Revokes at once, and resolves when that is on disk. */
  async addRevoked(serial: string, reason: string, nowMs: number): Promise<void> {
    const entry: RevokedRecord = { kind: "revoked", serial, at: nowMs, reason };
    this.#apply(entry);
    await this.#journal.append(entry);
  }

  bySerial(serial: string): IssuedRecord | undefined {
    return this.#bySerial.get(serial);
  }

  byFingerprint(fingerprint: string): IssuedRecord | undefined {
    return this.#byFingerprint.get(fingerprint);
  }

  isRevoked(serial: string): boolean {
    return this.#revoked.has(serial);
  }

  issued(): readonly IssuedRecord[] {
    return [...this.#bySerial.values()];
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #apply(entry: RegisterEntry): void {
    if (entry.kind === "revoked") {
      this.#revoked.set(entry.serial, entry);
      return;
    }
    this.#bySerial.set(entry.serial, entry);
    this.#byFingerprint.set(entry.fingerprint, entry);
  }
}

function withoutOld(entries: readonly RegisterEntry[], nowMs: number): RegisterEntry[] {
  const old = new Set(
    entries.flatMap((entry) =>
      entry.kind === "issued" && entry.expiresAt + KEPT_AFTER_EXPIRY_MS < nowMs ? [entry.serial] : [],
    ),
  );
  return entries.filter(({ serial }) => !old.has(serial));
}
