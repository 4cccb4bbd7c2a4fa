import { createHash, createPrivateKey, sign } from "node:crypto";
import {
  AgentId,
  describeError,
  type EnrolmentStanding,
  type EnrolmentState,
  NightflowError,
  renewalStatement,
  SiteId,
} from "@nightflow/domain";
import type { Logger } from "pino";
import { Backoff } from "../backoff.ts";
import { EnrolmentTrustError, NotEnrolledError } from "../errors.ts";
import { Pause, realTimers, type Timers } from "../timers.ts";
import { type CertificateTimes, checkIssued, timesOf } from "./certificate.ts";
import type { Identity, IdentityStore, PendingRequest } from "./identity-store.ts";
import { pendingRequest } from "./pending.ts";
import type { Platform, PlatformAnswer } from "./platform.ts";
import { keyFingerprint } from "./request.ts";

export interface EnrolmentDeps {
  readonly site: string;
  readonly agent: string;
  readonly store: IdentityStore;
  readonly platform: Platform;
  /** The token that is there now; it may come and change while the agent runs. */
  readonly token: () => string | undefined;
  /** Called with every new certificate. */
  readonly onIdentity: () => void;
  readonly logger: Logger;
  /** Real time, epoch ms; certificates follow it whatever the business clock says. */
  readonly now?: () => number;
  readonly timers?: Timers;
  readonly random?: () => number;
}

/** What a connection shows and trusts, PEM. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const LOOK_MS = 5 * SECOND_MS;
const LOOK_WHEN_JOINED_MS = MINUTE_MS;

/**
 * Gets the agent its certificate and keeps it good.
 *
 * It runs beside collecting and never holds it up: without a certificate readings wait in the outbox. Each request is on
 * disk before it is sent, so that after a crash the same one is sent again.
 */
export class AgentEnrolment {
  readonly #deps: EnrolmentDeps;
  readonly #now: () => number;
  readonly #pause: Pause;
  readonly #joinBackoff: Backoff;
  readonly #renewBackoff: Backoff;
  #identity: Identity | undefined;
  #standing: EnrolmentStanding = { state: "joining", reason: null, expiresAt: null, keyFingerprint: null };
  /** When the platform is asked next; something new asks it at once. */
  #dueAt = 0;
  #triedToken: string | undefined;
  #isDoubted = false;
  #doubtedAt = Number.NEGATIVE_INFINITY;
  /** The platform has said that the certificate serves no more. */
  #isOut = false;
  #isStarted = false;
  #isClosed = false;
  #done: Promise<void> = Promise.resolve();

  constructor(deps: EnrolmentDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
    this.#pause = new Pause(deps.timers ?? realTimers);
    this.#joinBackoff = new Backoff({ firstMs: 2 * SECOND_MS, maxMs: 5 * MINUTE_MS }, deps.random);
    this.#renewBackoff = new Backoff({ firstMs: MINUTE_MS, maxMs: 60 * MINUTE_MS }, deps.random);
  }

  /** Reads what is there and goes on by itself; a damaged identity is said and holds up nothing else. */
  async start(): Promise<void> {
    await this.#deps.store.identity().then(
      (identity) => this.#take(identity),
      (error: unknown) => this.#failed(error),
    );
    this.#isStarted = true;
    this.#done = this.#run();
  }

  standing(): EnrolmentStanding {
    return this.#standing;
  }

  /** What to connect with. @throws {NotEnrolledError} when there is no certificate yet. */
  credentials(): Credentials {
    const identity = this.#identity;
    if (identity !== undefined) return { key: identity.privateKey, cert: identity.certificate, ca: identity.root };
    const { state, reason } = this.#standing;
    throw new NotEnrolledError(`no certificate yet (${state})${reason === null ? "" : `: ${reason}`}`);
  }

  /** The broker has turned the certificate away: asks the platform why, at most once a minute. */
  doubt(): void {
    if (this.#identity === undefined || this.#now() - this.#doubtedAt < MINUTE_MS) return;
    this.#doubtedAt = this.#now();
    this.#isDoubted = true;
    this.#dueAt = 0;
    this.#pause.wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pause.wake();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      await this.#look().catch((error: unknown) => this.#failed(error));
      if (!this.#isClosed) await this.#pause.wait(this.#waitMs());
    }
  }

  #waitMs(): number {
    const most = this.#standing.state === "joined" ? LOOK_WHEN_JOINED_MS : LOOK_MS;
    return Math.max(100, Math.min(most, this.#dueAt - this.#now()));
  }

  /** One look at what is there: another certificate by hand, a new token, a time that has come. */
  async #look(): Promise<void> {
    const { store } = this.#deps;
    this.#take(await store.identity());
    const token = this.#newToken();
    if (token === undefined && this.#now() < this.#dueAt) return;
    if (this.#identity === undefined || this.#isOut) return await this.#join(token);
    await this.#keep(this.#identity);
  }

  /** A token that was neither used for the certificate that there is nor refused. */
  #newToken(): string | undefined {
    const token = this.#deps.token();
    if (token === undefined || token === "") return undefined;
    const hash = sha256(token);
    return hash === this.#triedToken || hash === this.#identity?.tokenHash ? undefined : token;
  }

  async #keep(identity: Identity): Promise<void> {
    const times = timesOf(identity.certificate);
    const nowMs = this.#now();
    if (nowMs < times.validFrom && !this.#isDoubted) return this.#notYetValid(times);
    if (nowMs >= times.renewAt || this.#isDoubted) return await this.#renew(identity, times);
    this.#stand("joined", null);
    this.#dueAt = times.renewAt;
  }

  #notYetValid({ validFrom }: CertificateTimes): void {
    const [here, from] = [this.#now(), validFrom].map((ms) => new Date(ms).toISOString());
    this.#stand("not-yet-valid", `the clock here says ${here}, the certificate begins at ${from}: set the clock`);
    this.#dueAt = this.#now() + MINUTE_MS;
  }

  async #renew(identity: Identity, times: CertificateTimes): Promise<void> {
    const { platform, store, agent } = this.#deps;
    const pending = await pendingRequest(store, "renew", agent);
    const statement = Buffer.from(renewalStatement(identity.certificate, pending.request));
    const signature = sign("sha256", statement, createPrivateKey(identity.privateKey)).toString("base64");
    const answer = await platform.renew({ certificate: identity.certificate, request: pending.request, signature });
    if (answer.status === "issued") return await this.#accept(answer, pending, identity.tokenHash);
    if (answer.status === "held") return this.#later("joined", "the platform answers a renewal with a wait");
    const wasDoubted = this.#isDoubted;
    this.#isDoubted = false;
    if (answer.fault === "too-early") return this.#goOn(times, wasDoubted);
    // Its key is worth nothing any more; a request with a new one is the way back.
    this.#isOut = true;
    this.#stand(answer.fault === "certificate-expired" ? "expired" : "revoked", `${answer.message}; ${answer.remedy}`);
    await this.#join(this.#newToken());
  }

  #goOn(times: CertificateTimes, wasDoubted: boolean): void {
    const reason = wasDoubted ? "the broker refuses a certificate that the platform calls good" : null;
    this.#stand("joined", reason);
    this.#dueAt = Math.max(times.renewAt, this.#now() + 10 * MINUTE_MS);
  }

  async #join(token: string | undefined): Promise<void> {
    const { platform, store, site, agent } = this.#deps;
    const pending = await pendingRequest(store, "join", agent);
    const { request, pollSecret, requestId } = pending;
    if (this.#identity === undefined) this.#stand("joining", this.#standing.reason);
    const answer =
      token === undefined && requestId !== null
        ? await platform.ask(requestId, pollSecret)
        : await platform.join({
            site: SiteId.parse(site),
            agent: AgentId.parse(agent),
            request,
            pollSecret,
            ...(token !== undefined && { token }),
          });
    if (answer.status === "issued")
      return await this.#accept(answer, pending, token === undefined ? null : sha256(token));
    if (answer.status === "held") return await this.#wait(answer, pending);
    await this.#refused(answer, pending, token);
  }

  async #wait(
    { requestId, pollAfterS }: Extract<PlatformAnswer, { status: "held" }>,
    pending: PendingRequest,
  ): Promise<void> {
    if (pending.requestId !== requestId) await this.#deps.store.savePending({ ...pending, requestId });
    const reason = `waits for approval; compare the fingerprint ${keyFingerprint(pending.privateKey)}`;
    this.#stand("held", reason);
    this.#dueAt = this.#now() + pollAfterS * SECOND_MS;
  }

  async #refused(
    { fault, message, remedy }: Extract<PlatformAnswer, { status: "refused" }>,
    pending: PendingRequest,
    token: string | undefined,
  ): Promise<void> {
    if (token !== undefined) this.#triedToken = sha256(token);
    // The key of this request has had its certificate, or the platform has forgotten the request.
    if (["agent-revoked", "certificate-revoked", "certificate-expired"].includes(fault))
      await this.#deps.store.dropPending("join");
    else if (pending.requestId !== null && fault === "agent-unknown")
      await this.#deps.store.savePending({ ...pending, requestId: null });
    if (this.#isOut && token === undefined) return this.#later(this.#standing.state, this.#standing.reason);
    this.#later(this.#isOut ? this.#standing.state : "refused", `${message}; ${remedy}`);
  }

  async #accept(
    { certificate, root }: Extract<PlatformAnswer, { status: "issued" }>,
    { privateKey }: PendingRequest,
    tokenHash: string | null,
  ): Promise<void> {
    const trusted = await this.#deps.platform.root();
    checkIssued(certificate, trusted, privateKey);
    if (root.trim() !== trusted.trim())
      throw new EnrolmentTrustError("the answer names another authority than the one trusted");
    await this.#deps.store.saveIdentity({ v: 1, privateKey, certificate, root: trusted, tokenHash });
    this.#take(await this.#deps.store.identity());
  }

  /** Takes over what is in the store, also when somebody else has put it there. */
  #take(identity: Identity | undefined): void {
    if (identity === undefined || identity.certificate === this.#identity?.certificate) return;
    this.#identity = identity;
    this.#isOut = false;
    this.#isDoubted = false;
    this.#joinBackoff.reset();
    this.#renewBackoff.reset();
    const { renewAt, expiresAt } = timesOf(identity.certificate);
    this.#dueAt = this.#now() < renewAt ? 0 : this.#dueAt;
    const renewsAt = new Date(renewAt).toISOString();
    this.#deps.logger.info(
      { expiresAt: new Date(expiresAt).toISOString(), renewsAt },
      "enrolment: a certificate is there",
    );
    this.#stand("joined", null);
    if (this.#isStarted) this.#deps.onIdentity();
  }

  #later(state: EnrolmentState, reason: string | null): void {
    this.#stand(state, reason);
    const isUp = this.#identity !== undefined && !this.#isOut;
    this.#dueAt = this.#now() + (isUp ? this.#renewBackoff : this.#joinBackoff).next();
  }

  // The platform is away, or is another one: what is there stays in use, and nothing was lost.
  #failed(error: unknown): void {
    const remedy = error instanceof NightflowError && error.remedy !== undefined ? `; ${error.remedy}` : "";
    const { state } = this.#standing;
    const isUp = this.#identity !== undefined && !this.#isOut;
    const isOver = isUp && this.#now() >= timesOf(this.#identity?.certificate ?? "").expiresAt;
    const next = isOver ? "expired" : isUp || state === "held" ? state : "unreachable";
    this.#later(this.#isOut ? state : next, `${describeError(error)}${remedy}`);
  }

  #stand(state: EnrolmentState, reason: string | null): void {
    const identity = this.#identity;
    const before = this.#standing;
    this.#standing = {
      state,
      reason: reason?.slice(0, 500) ?? null,
      expiresAt: identity === undefined ? null : timesOf(identity.certificate).expiresAt,
      keyFingerprint: identity === undefined ? null : keyFingerprint(identity.privateKey),
    };
    if (state === before.state && this.#standing.reason === before.reason) return;
    const isGood = state === "joined" && reason === null;
    this.#deps.logger[isGood ? "info" : "warn"]({ state, reason }, "enrolment");
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
