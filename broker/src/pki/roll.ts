import { AgentId, type EnrolmentConfig, SiteId } from "@nightflow/domain";
import type { Logger } from "pino";
import { z } from "zod";
import type { Admission, ArrivingAgent } from "../admission.ts";
import type { CertificateClaim } from "../listeners/peer-certificate.ts";
import type { ListenerAuthority } from "../listeners/tls-material.ts";
import type { RefusalReason } from "../refusals.ts";
import { type Journal, openJournal } from "./journal.ts";

const no = z.int().min(0);
const who = { agent: AgentId, site: SiteId };

/** What a broker knows of an agent, a certificate or a request, as it stands after the change of that number. */
export const RollEntry = z.discriminatedUnion("kind", [
  /** From here on another database is followed: nothing from before counts. */
  z.strictObject({ kind: z.literal("source"), no, source: z.string() }),
  z.strictObject({ kind: z.literal("agent"), no, ...who, how: z.string(), isRevoked: z.boolean() }),
  z.strictObject({
    kind: z.literal("certificate"),
    no,
    ...who,
    serial: z.string(),
    fingerprint: z.string(),
    /** Epoch ms. */
    expiresAt: z.int(),
    isRevoked: z.boolean(),
  }),
  /** A certificate of another authority that was turned down. */
  z.strictObject({ kind: z.literal("rejected"), no, fingerprint: z.string() }),
]);
export type RollEntry = z.infer<typeof RollEntry>;

/** An agent with a good certificate of another authority that nobody has announced. */
export interface Stranger {
  readonly agent: string;
  readonly site: string;
  readonly fingerprint: string;
  /** What the policy makes of it: it waits for approval, or is in. */
  readonly becomes: "held" | "admitted";
}

/** What a roll is kept with. */
export interface AgentRollDeps {
  readonly path: string;
  readonly policy: EnrolmentConfig["unknownAgents"];
  readonly authority: Pick<ListenerAuthority, "isOwn"> | undefined;
  readonly logger: Logger;
  readonly now?: () => number;
}

type Agent = Extract<RollEntry, { kind: "agent" }>;
type Certificate = Extract<RollEntry, { kind: "certificate" }>;
type ExpelListener = Parameters<Admission["onExpelled"]>[0];

const MOST_STRANGERS = 10_000;

/** Opens the roll that was kept in a file. @throws {JournalError} when it is damaged. */
export async function openAgentRoll(deps: AgentRollDeps): Promise<AgentRoll> {
  const { now = Date.now } = deps;
  const journal = await openJournal(deps.path, RollEntry, (entries) => onlyCurrent(entries, now()));
  return new AgentRoll(deps, journal);
}

/**
 * Which agents belong here, as the database says it, kept in a file too: while the database is away the broker goes on
 * with what it knew last.
 */
export class AgentRoll implements Admission {
  readonly #deps: AgentRollDeps;
  readonly #journal: Journal<RollEntry>;
  readonly #agents = new Map<string, Agent>();
  readonly #certificates = new Map<string, Certificate>();
  readonly #rejected = new Set<string>();
  readonly #strangers = new Set<string>();
  readonly #listeners = new Set<ExpelListener>();
  readonly #strangerListeners = new Set<(stranger: Stranger) => void>();
  #source = "";
  #no = 0;

  constructor(deps: AgentRollDeps, journal: Journal<RollEntry>) {
    this.#deps = deps;
    this.#journal = journal;
    for (const entry of journal.entries) this.#apply(entry);
  }

  /** Which database it follows, empty for none yet, and the number of the last change it has. */
  get position(): { readonly source: string; readonly no: number } {
    return { source: this.#source, no: this.#no };
  }

  /**
   * Takes changes over: in force at once, also where the disk fails. Resolves when they are in the file.
   *
   * Whoever was revoked has left by the time that this returns.
   */
  async apply(entries: readonly RollEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const leaving = entries.filter(isRevocation).filter((entry) => !this.#isRevoked(entry));
    for (const entry of entries) this.#apply(entry);
    for (const entry of leaving) this.#expel(entry);
    await this.#journal.append(...entries);
  }

  /** Forgets everything, to follow another database from its beginning. */
  async follow(source: string): Promise<void> {
    await this.apply([{ kind: "source", no: 0, source }]);
  }

  faultOf({ agent, site, certificate }: ArrivingAgent): RefusalReason | undefined {
    const known = this.#agents.get(`${site}/${agent}`);
    if (known?.isRevoked) return "agent-revoked";
    if (certificate === undefined) return undefined;
    const record = this.#certificates.get(certificate.fingerprint);
    if (record?.isRevoked) return "certificate-revoked";
    // Signed by our own authority, which knows what it signs: it may be so new that its record is still on its way.
    if (record !== undefined || this.#deps.authority?.isOwn(certificate.der)) return undefined;
    return known?.how === "chain" ? undefined : this.#faultOfStranger(certificate, known !== undefined);
  }

  onExpelled(listener: ExpelListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Hears of every agent with a good certificate of another authority that nobody has announced, once each. */
  onStranger(listener: (stranger: Stranger) => void): () => void {
    this.#strangerListeners.add(listener);
    return () => void this.#strangerListeners.delete(listener);
  }

  /** Lets a stranger be told of again, where nobody could take note of it. */
  forgetStranger({ agent, site, fingerprint }: Stranger): void {
    this.#strangers.delete(`${site}/${agent} ${fingerprint}`);
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #faultOfStranger({ agent, site, fingerprint }: CertificateClaim, isKnown: boolean): RefusalReason | undefined {
    const { policy } = this.#deps;
    if (policy === "refuse") return "agent-unknown";
    if (this.#rejected.has(fingerprint)) return "agent-rejected";
    if (policy === "hold") this.#tell({ agent, site, fingerprint, becomes: "held" });
    else if (!isKnown) this.#tell({ agent, site, fingerprint, becomes: "admitted" });
    return policy === "hold" ? "agent-held" : undefined;
  }

  #tell(stranger: Stranger): void {
    const key = `${stranger.site}/${stranger.agent} ${stranger.fingerprint}`;
    if (this.#strangers.has(key)) return;
    if (this.#strangers.size >= MOST_STRANGERS) this.#strangers.clear();
    this.#strangers.add(key);
    for (const listener of this.#strangerListeners) listener(stranger);
  }

  #apply(entry: RollEntry): void {
    if (entry.kind === "source") {
      this.#startAnew(entry.source);
      return;
    }
    this.#no = Math.max(this.#no, entry.no);
    if (entry.kind === "agent") this.#agents.set(`${entry.site}/${entry.agent}`, entry);
    else if (entry.kind === "certificate") this.#certificates.set(entry.fingerprint, entry);
    else this.#rejected.add(entry.fingerprint);
  }

  #startAnew(source: string): void {
    for (const all of [this.#agents, this.#certificates, this.#rejected, this.#strangers]) all.clear();
    this.#source = source;
    this.#no = 0;
  }

  #isRevoked(entry: Agent | Certificate): boolean {
    const known =
      entry.kind === "agent"
        ? this.#agents.get(`${entry.site}/${entry.agent}`)
        : this.#certificates.get(entry.fingerprint);
    return known?.isRevoked ?? false;
  }

  #expel(entry: Agent | Certificate): void {
    // A certificate may have been replaced: its agent comes back at once with the one that it has now.
    const reason = entry.kind === "agent" ? "agent-revoked" : "certificate-revoked";
    for (const listener of this.#listeners) listener(entry, reason);
    this.#deps.logger.info({ agent: entry.agent, site: entry.site, reason }, "an agent has to leave");
  }
}

function isRevocation(entry: RollEntry): entry is Agent | Certificate {
  return (entry.kind === "agent" || entry.kind === "certificate") && entry.isRevoked;
}

/** The last word on each agent and certificate, without certificates that have expired. */
function onlyCurrent(entries: readonly RollEntry[], nowMs: number): readonly RollEntry[] {
  const start = entries.findLastIndex(({ kind }) => kind === "source");
  const last = new Map<string, RollEntry>();
  for (const entry of entries.slice(Math.max(start, 0))) last.set(keyOf(entry), entry);
  const kept = [...last.values()].filter((entry) => entry.kind !== "certificate" || entry.expiresAt > nowMs);
  // The newest of all stays, for its number.
  const newest = entries.at(-1);
  return newest === undefined || kept.includes(newest) ? kept : [...kept, newest];
}

function keyOf(entry: RollEntry): string {
  if (entry.kind === "agent") return `agent ${entry.site}/${entry.agent}`;
  return entry.kind === "source" ? "source" : `${entry.kind} ${entry.fingerprint}`;
}
