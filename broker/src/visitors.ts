import type { AuthErrorCode, AuthenticateError, Client } from "aedes";
import type { HeardTopic } from "./audience.ts";
import type { Allowance } from "./limits/throttle.ts";
import type { WaitingLine } from "./limits/waiting-line.ts";
import type { Arrival } from "./listeners/arrival.ts";
import type { RefusalLog, RefusalReason, RefusedAction } from "./refusals.ts";
import { type Identity, rightsOf, type TopicRights } from "./rights.ts";
import { type Expiry, type SignInFault, type SignInRules, signIn } from "./sign-in.ts";

/** A packet as CONNECT carries it, as far as it matters here. */
export interface ConnectRequest {
  clientId?: string | undefined;
  readonly clean?: boolean | undefined;
  readonly username?: string | undefined;
  readonly will?: { readonly topic: string } | undefined;
}

/** One connection: how it came, what it asked for, and who it is once it has signed in. */
export interface Visitor {
  readonly arrival: Arrival;
  username: string | undefined;
  hasEmptyId: boolean;
  willTopic: string | undefined;
  identity?: Identity;
  rights?: TopicRights;
  expiry?: Expiry | undefined;
  allowance?: Allowance;
  /** Its publishes that are over the rate and wait. */
  line?: WaitingLine;
  /** Whether anybody hears the topic that it published readings on last. */
  heard?: HeardTopic;
  /** How its PUBLISH packets of readings begin. */
  readingsHead?: Buffer;
  /** The identity whose count of connections holds this one. */
  countedAs?: string;
}

const BAD_CLIENT_ID = 2 as AuthErrorCode.IDENTIFIER_REJECTED;
const UNAVAILABLE = 3 as AuthErrorCode.SERVER_UNAVAILABLE;
const BAD_CREDENTIALS = 4 as AuthErrorCode.BAD_USERNAME_OR_PASSWORD;
const NOT_AUTHORIZED = 5 as AuthErrorCode.NOT_AUTHORIZED;

// What a client may try again later gets "server unavailable"; whatever is not listed is "not authorized".
const CONNACK_CODES: Readonly<Partial<Record<RefusalReason, AuthErrorCode>>> = {
  "empty-client-id": BAD_CLIENT_ID,
  "login-failed": UNAVAILABLE,
  "too-many-connections": UNAVAILABLE,
  "too-many-takeovers": UNAVAILABLE,
  "wrong-password": BAD_CREDENTIALS,
  "bad-name": BAD_CREDENTIALS,
  "token-invalid": BAD_CREDENTIALS,
  "token-expired": BAD_CREDENTIALS,
};

const OWNER_END = "/";

/** The owner that a scoped client id begins with. */
export function ownerOf(clientId: string): string {
  return clientId.split(OWNER_END, 1)[0] ?? clientId;
}

/** What a signed-in client may still be refused for; undefined when it may stay. */
export type LastCheck = (client: Client, visitor: Visitor, identity: Identity) => RefusalReason | undefined;

/**
 * Knows who is behind each connection.
 *
 * Client ids are scoped by user name, or by agent and site of the certificate (`owner/id`), so that nobody can throw out
 * another identity's connection or take over its session by its client id.
 */
export class Visitors {
  readonly #rules: SignInRules;
  readonly #refusals: RefusalLog;
  readonly #lastCheck: LastCheck;
  readonly #visitors = new WeakMap<Client, Visitor>();

  constructor(rules: SignInRules, refusals: RefusalLog, lastCheck: LastCheck) {
    this.#rules = rules;
    this.#refusals = refusals;
    this.#lastCheck = lastCheck;
  }

  of(client: Client | null | undefined): Visitor | undefined {
    return client ? this.#visitors.get(client) : undefined;
  }

  /** Notes a connection that has not said anything yet. */
  arrive(client: Client, arrival: Arrival): void {
    this.#visitors.set(client, { arrival, username: undefined, hasEmptyId: false, willTopic: undefined });
  }

  /** Notes what is asked for and scopes the client id; run before Aedes looks at either. */
  greet(client: Client, request: ConnectRequest): void {
    const visitor = this.#visitors.get(client);
    if (visitor === undefined) return;
    const { username, clientId, clean, will } = request;
    visitor.username = username;
    visitor.hasEmptyId = !clientId && clean === false;
    visitor.willTopic = will?.topic;
    const owner = ownerBehind(visitor);
    if (clientId && owner) request.clientId = `${owner}${OWNER_END}${clientId}`;
  }

  /** Signs a client in. @returns the error for CONNACK, or null when it is welcome. */
  async signIn(client: Client, password: Uint8Array | undefined): Promise<AuthenticateError | null> {
    const visitor = this.#visitors.get(client);
    if (visitor === undefined) return connackError("no-credentials");
    const verdict = await signIn(this.#rules, visitor, password);
    if ("fault" in verdict) return this.#turnAway(visitor, verdict);
    const { identity, expiry } = verdict;
    const rights = rightsOf(identity);
    if (visitor.willTopic !== undefined && rights.publishKind(visitor.willTopic) === undefined)
      return this.#turnAway(visitor, { fault: "will-without-right" }, visitor.willTopic);
    const fault = this.#lastCheck(client, visitor, identity);
    if (fault !== undefined) return this.#turnAway(visitor, { fault });
    Object.assign(visitor, { identity, rights, expiry });
    return null;
  }

  /** Counts, keeps and reports one refusal. */
  refuse(visitor: Visitor | undefined, what: RefusedAction, reason: RefusalReason, topic: string | null = null): void {
    const identity = visitor?.identity?.name ?? visitor?.username ?? null;
    this.#refusals.add({ what, reason, identity, remoteAddress: visitor?.arrival.remoteAddress ?? null, topic });
  }

  #turnAway(visitor: Visitor, verdict: SignInFault, topic: string | null = null) {
    const { fault: reason, name, detail = null } = verdict;
    const { remoteAddress } = visitor.arrival;
    this.#refusals.add({
      what: "connect",
      reason,
      identity: visitor.username ?? name ?? null,
      remoteAddress,
      topic,
      detail,
    });
    return connackError(reason);
  }
}

function ownerBehind({ arrival, username }: Visitor): string | undefined {
  const { shown } = arrival;
  return shown !== undefined && "claim" in shown ? `${shown.claim.agent}@${shown.claim.site}` : username;
}

function connackError(reason: RefusalReason): AuthenticateError {
  const returnCode = CONNACK_CODES[reason] ?? NOT_AUTHORIZED;
  return Object.assign(new Error(`refused: ${reason}`), { returnCode });
}
