import { createHash, createPublicKey, randomBytes, randomUUID } from "node:crypto";
import { AgentId, SiteId } from "@nightflow/domain";
import type { Admission, ArrivingAgent } from "../admission.ts";
import { OneAtATime } from "../one-at-a-time.ts";
import type { RefusalReason } from "../refusals.ts";
import type { Authority, SignedCertificate } from "./authority.ts";
import type { EnrolmentConfig } from "./enrolment-config.ts";
import { EnrolmentEvent } from "./enrolment-events.ts";
import { type EnrolmentFault, faultOfRenewal, faultOfToken } from "./enrolment-rules.ts";
import {
  type AgentState,
  EnrolmentState,
  type HeldState,
  type TokenState,
  withoutLongOver,
} from "./enrolment-state.ts";
import { type Journal, openJournal } from "./journal.ts";

/** What became of a request for a certificate. */
export type EnrolmentOutcome =
  | { readonly status: "issued"; readonly certificate: string; readonly rootPem: string }
  | { readonly status: "held"; readonly id: string }
  /** It has a certificate of another authority and may come in with it. */
  | { readonly status: "admitted" }
  | { readonly status: "refused"; readonly fault: EnrolmentFault };

/** An agent that asks to join, with a PKCS #10 request as PEM. */
export interface JoinRequest {
  readonly agent: string;
  readonly site: string;
  readonly request: string;
  readonly token?: string | undefined;
}

/** A token for one agent, or for any new agent of a site. */
export interface TokenOrder {
  readonly site: string;
  readonly agent?: string | undefined;
  readonly hours?: number | undefined;
  readonly by: string;
}

/** What enrolment is made of. */
export interface EnrolmentDeps {
  readonly authority: Authority;
  readonly journal: Journal<EnrolmentEvent>;
  readonly config: EnrolmentConfig;
  readonly now?: () => number;
}

interface Who {
  readonly agent: string;
  readonly site: string;
}

type NewEvent = EnrolmentEvent extends infer Event ? (Event extends EnrolmentEvent ? Omit<Event, "at"> : never) : never;
type ExpelListener = Parameters<Admission["onExpelled"]>[0];

const HOUR_MS = 3_600_000;
const TOKEN_PREFIX = "nfe1.";
/** Opens the journal of enrolment in a file. @throws {JournalError} when it is damaged. */
export function openEnrolmentJournal(path: string, nowMs: number = Date.now()): Promise<Journal<EnrolmentEvent>> {
  return openJournal(path, EnrolmentEvent, (events) => withoutLongOver(events, nowMs));
}

/**
 * How agents join, stay and leave.
 *
 * Every change is in the journal before it is answered. Changes run one at a time, so that a token is used once and a
 * double click approves once.
 */
export class Enrolment implements Admission {
  readonly #authority: Authority;
  readonly #journal: Journal<EnrolmentEvent>;
  readonly #config: EnrolmentConfig;
  readonly #now: () => number;
  readonly #state: EnrolmentState;
  readonly #queue = new OneAtATime();
  readonly #listeners = new Set<ExpelListener>();

  constructor({ authority, journal, config, now = Date.now }: EnrolmentDeps) {
    this.#authority = authority;
    this.#journal = journal;
    this.#config = config;
    this.#now = now;
    this.#state = new EnrolmentState(journal.entries);
  }

  /** Makes a one-time token. This is the only time that it can be read. */
  makeToken({ site, agent, hours = this.#config.tokenHours, by }: TokenOrder) {
    return this.#queue.run(async () => {
      const token = TOKEN_PREFIX + randomBytes(32).toString("base64url");
      const id = randomUUID();
      const expiresAt = this.#now() + hours * HOUR_MS;
      const bound = agent === undefined ? {} : { agent: AgentId.parse(agent) };
      await this.#note({
        kind: "token-made",
        id,
        hash: sha256(token),
        site: SiteId.parse(site),
        ...bound,
        expiresAt,
        by,
      });
      return { id, token, expiresAt };
    });
  }

  /** Makes a token worthless; false when there is none of this id. */
  withdrawToken(id: string, by: string): Promise<boolean> {
    return this.#queue.run(async () => {
      if (!this.#state.tokens.has(id)) return false;
      await this.#note({ kind: "token-withdrawn", id, by });
      return true;
    });
  }

  /** Joins an agent by its token, or treats it as unknown where it has none. */
  join(request: JoinRequest): Promise<EnrolmentOutcome> {
    return this.#queue.run(async () => {
      const keyHash = await this.#keyHashOf(request.request);
      if (keyHash === undefined || !isNamed(request)) return refused("request-invalid");
      const { token } = request;
      return token === undefined ? this.#joinUnknown(request, keyHash) : this.#joinByToken(request, token, keyHash);
    });
  }

  /** What became of a held request; undefined when there is none of this id. */
  outcomeOf(id: string): EnrolmentOutcome | undefined {
    const held = this.#state.held.get(id);
    if (held === undefined) return undefined;
    if (held.verdict === undefined) return { status: "held", id };
    if (held.verdict.kind === "rejected") return refused("agent-rejected");
    return this.#issued(held.verdict.certificate);
  }

  /** Approves a held request; undefined when there is none of this id that waits. */
  approve(id: string, by: string): Promise<EnrolmentOutcome | undefined> {
    return this.#queue.run(async () => {
      const held = this.#state.held.get(id);
      if (held === undefined || held.verdict !== undefined) return undefined;
      const { agent, site, request } = held;
      const certificate = request === undefined ? undefined : await this.#issue(held, request);
      await this.#note({ kind: "approved", id, ...(certificate && { certificate: certificate.pem }), by });
      await this.#note({ kind: "joined", agent, site, how: certificate ? "approval" : "chain", by });
      return this.#issued(certificate?.pem);
    });
  }

  /** Rejects a held request; false when there is none of this id that waits. */
  reject(id: string, by: string, reason: string): Promise<boolean> {
    return this.#queue.run(async () => {
      const held = this.#state.held.get(id);
      if (held === undefined || held.verdict !== undefined) return false;
      await this.#note({ kind: "rejected", id, reason, by });
      return true;
    });
  }

  /**
   * Gives an agent its next certificate, in the last third of the one it has. The caller has made sure that whoever asks
   * holds the key of that one.
   */
  renew(fingerprint: string, request: string): Promise<EnrolmentOutcome> {
    return this.#queue.run(async () => {
      const record = this.#authority.recordOf(fingerprint);
      if (record === undefined) return refused("certificate-unknown");
      const isRevoked = this.#authority.isRevoked(record.serial);
      const known = this.#state.agent(record.agent, record.site);
      const fault = faultOfRenewal(record, { isRevoked, known }, this.#now());
      if (fault !== undefined) return refused(fault);
      if ((await this.#keyHashOf(request)) === undefined) return refused("request-invalid");
      return this.#issued((await this.#issue(record, request)).pem);
    });
  }

  /**
   * Puts an agent out at once and for good: its connections, its certificates, its password and tokens. Resolves when that
   * is on disk; it holds before that, and even where the disk fails.
   */
  revoke(agent: string, site: string, by: string, reason: string): Promise<void> {
    return this.#queue.run(async () => {
      const who = named({ agent, site });
      const event = { kind: "revoked", ...who, reason, by, at: this.#now() } as const;
      this.#state.apply(event);
      this.#expel(who, "agent-revoked");
      await this.#journal.append(event);
      await this.#revokeCertificates(who, reason);
    });
  }

  faultOf({ agent, site, certificate }: ArrivingAgent): RefusalReason | undefined {
    const known = this.#state.agent(agent, site);
    if (known?.revoked !== undefined) return "agent-revoked";
    if (certificate === undefined) return undefined;
    const record = this.#authority.recordOf(certificate.fingerprint);
    if (record !== undefined) return record.agent === agent && record.site === site ? undefined : "agent-unknown";
    return known?.how === "chain" ? undefined : this.#faultOfStranger({ agent, site }, certificate.fingerprint);
  }

  onExpelled(listener: ExpelListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tokens without their hashes, newest last. */
  tokens(): readonly Omit<TokenState, "hash">[] {
    return [...this.#state.tokens.values()].map(({ hash: _hash, ...token }) => token);
  }

  /** Requests that wait for a verdict, oldest first. */
  waiting(): readonly HeldState[] {
    return this.#state.waiting();
  }

  agents(): readonly AgentState[] {
    return this.#state.agents();
  }

  async #joinByToken(request: JoinRequest, token: string, keyHash: string): Promise<EnrolmentOutcome> {
    const { agent, site } = request;
    const hash = sha256(token);
    const found = [...this.#state.tokens.values()].find((one) => one.hash === hash);
    if (found === undefined) return refused("token-unknown");
    const known = this.#state.agent(agent, site);
    const fault = faultOfToken(found, { agent, site, keyHash, known }, this.#now());
    if (fault !== undefined) return refused(fault);
    const who = named(request);
    const certificate = await this.#issue(who, request.request);
    await this.#note({ kind: "token-used", id: found.id, agent: who.agent, keyHash });
    await this.#note({ kind: "joined", ...who, how: "token", by: found.by });
    if (found.agent !== undefined) await this.#replaceEarlier(who, certificate.serial);
    return this.#issued(certificate.pem);
  }

  // A token by name is what replaces a gateway: the old one must not go on beside the new one.
  async #replaceEarlier(who: Who, serial: string): Promise<void> {
    const onDisk = this.#revokeCertificates(who, "replaced", serial);
    this.#expel(who, "certificate-revoked");
    await onDisk;
  }

  async #joinUnknown(request: JoinRequest, keyHash: string): Promise<EnrolmentOutcome> {
    const { agent, site } = request;
    const known = this.#state.agent(agent, site);
    const earlier = this.#state.heldFor(agent, site, keyHash);
    if (known?.revoked !== undefined) return refused("agent-revoked");
    if (earlier !== undefined) return this.outcomeOf(earlier.id) ?? refused("agent-unknown");
    if (known !== undefined) return refused("agent-exists");
    if (this.#config.unknownAgents !== "hold") return refused("agent-unknown");
    if (this.#isFull()) return refused("too-many-held");
    const id = randomUUID();
    const who = named({ agent, site });
    await this.#note({ kind: "held", id, ...who, request: request.request, proof: keyHash });
    return { status: "held", id };
  }

  // The certificate is good, but of an authority that knows nothing of whom we expect.
  #faultOfStranger(who: Who, proof: string): RefusalReason | undefined {
    const { unknownAgents } = this.#config;
    if (unknownAgents === "acceptChain") {
      this.#noteLater({ kind: "joined", ...named(who), how: "chain", by: "certificate chain" });
      return undefined;
    }
    if (unknownAgents === "refuse") return "agent-unknown";
    const earlier = this.#state.heldFor(who.agent, who.site, proof);
    if (earlier?.verdict?.kind === "rejected") return "agent-rejected";
    if (earlier !== undefined) return "agent-held";
    if (this.#isFull()) return "agent-unknown";
    this.#noteLater({ kind: "held", id: randomUUID(), ...named(who), proof });
    return "agent-held";
  }

  #isFull(): boolean {
    return this.#state.waiting().length >= this.#config.maxHeld;
  }

  #issue({ agent, site }: Who, request: string): Promise<SignedCertificate> {
    return this.#authority.issue({ agent, site, key: { request }, days: this.#config.certificateDays });
  }

  #issued(certificate: string | undefined): EnrolmentOutcome {
    if (certificate === undefined) return { status: "admitted" };
    return { status: "issued", certificate, rootPem: this.#authority.rootPem };
  }

  async #revokeCertificates(who: Who, reason: string, exceptSerial?: string): Promise<void> {
    const others = this.#authority
      .issued()
      .filter(({ agent, site, serial }) => agent === who.agent && site === who.site && serial !== exceptSerial)
      .filter(({ serial }) => !this.#authority.isRevoked(serial));
    await Promise.all(others.map(({ serial }) => this.#authority.revoke(serial, reason)));
  }

  #expel(who: Who, reason: RefusalReason): void {
    for (const listener of this.#listeners) listener(who, reason);
  }

  async #keyHashOf(request: string): Promise<string | undefined> {
    const publicPem = await this.#authority.keyOf(request);
    return publicPem === undefined
      ? undefined
      : sha256(createPublicKey(publicPem).export({ type: "spki", format: "der" }));
  }

  async #note(event: NewEvent): Promise<void> {
    const dated: EnrolmentEvent = { ...event, at: this.#now() };
    await this.#journal.append(dated);
    this.#state.apply(dated);
  }

  // Asked within a sign-in, which cannot wait: it counts at once, and when the disk fails it is asked again next time.
  #noteLater(event: NewEvent): void {
    const dated: EnrolmentEvent = { ...event, at: this.#now() };
    this.#state.apply(dated);
    void this.#journal.append(dated).catch(() => undefined);
  }
}

function refused(fault: EnrolmentFault): EnrolmentOutcome {
  return { status: "refused", fault };
}

function named({ agent, site }: Who) {
  return { agent: AgentId.parse(agent), site: SiteId.parse(site) };
}

function isNamed({ agent, site }: JoinRequest): boolean {
  return AgentId.safeParse(agent).success && SiteId.safeParse(site).success;
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
