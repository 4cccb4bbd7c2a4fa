import type { Socket } from "node:net";
import type { AuthErrorCode, AuthenticateError, Client } from "aedes";
import type { Authenticate } from "./authenticate.ts";
import type { RefusalLog, RefusalReason, RefusedAction } from "./refusals.ts";
import { type Identity, isIdentityName, rightsOf, type TopicRights } from "./rights.ts";

/** A packet as CONNECT carries it, as far as it matters here. */
export interface ConnectRequest {
  clientId?: string | undefined;
  readonly clean?: boolean | undefined;
  readonly username?: string | undefined;
  readonly will?: { readonly topic: string } | undefined;
}

/** One connection: what it asked for, and who it is once it has signed in. */
export interface Visitor {
  readonly remoteAddress: string | null;
  readonly username: string | undefined;
  readonly hasEmptyId: boolean;
  readonly willTopic: string | undefined;
  identity?: Identity;
  rights?: TopicRights;
}

const BAD_CLIENT_ID = 2 as AuthErrorCode.IDENTIFIER_REJECTED;
const UNAVAILABLE = 3 as AuthErrorCode.SERVER_UNAVAILABLE;
const BAD_CREDENTIALS = 4 as AuthErrorCode.BAD_USERNAME_OR_PASSWORD;
const NOT_AUTHORIZED = 5 as AuthErrorCode.NOT_AUTHORIZED;

const OWNER_END = "/";

/** The identity that a scoped client id belongs to. */
export function ownerOf(clientId: string): string {
  return clientId.split(OWNER_END, 1)[0] ?? clientId;
}

/**
 * Knows who is behind each connection.
 *
 * Client ids are scoped by user name (`user/id`), so that nobody can throw out another identity's connection or take
 * over its session by its client id.
 */
export class Visitors {
  readonly #authenticate: Authenticate;
  readonly #refusals: RefusalLog;
  readonly #visitors = new WeakMap<Client, Visitor>();

  constructor(authenticate: Authenticate, refusals: RefusalLog) {
    this.#authenticate = authenticate;
    this.#refusals = refusals;
  }

  of(client: Client | null | undefined): Visitor | undefined {
    return client ? this.#visitors.get(client) : undefined;
  }

  /** Notes who knocks and scopes the client id; run before Aedes looks at either. */
  greet(client: Client, request: ConnectRequest): void {
    const { username, clientId, clean, will } = request;
    this.#visitors.set(client, {
      remoteAddress: (client.conn as Socket).remoteAddress ?? null,
      username,
      hasEmptyId: !clientId && clean === false,
      willTopic: will?.topic,
    });
    if (clientId && username) request.clientId = `${username}${OWNER_END}${clientId}`;
  }

  /** Signs a client in. @returns the error for CONNACK, or null when it is welcome. */
  async signIn(client: Client, password: Uint8Array | undefined): Promise<AuthenticateError | null> {
    const visitor = this.#visitors.get(client);
    if (visitor === undefined) return connackError(NOT_AUTHORIZED, "no-credentials");
    const refuse = (code: AuthErrorCode, reason: RefusalReason, topic?: string) => {
      this.refuse(visitor, "connect", reason, topic);
      return connackError(code, reason);
    };
    // [MQTT-3.1.3-8]: a session without a name cannot be found again.
    if (visitor.hasEmptyId) return refuse(BAD_CLIENT_ID, "empty-client-id");
    if (!visitor.username || password === undefined) return refuse(NOT_AUTHORIZED, "no-credentials");
    if (!isIdentityName(visitor.username)) return refuse(BAD_CREDENTIALS, "bad-name");
    const identity = await this.#identify(visitor.username, password);
    if (identity === "unknown-now") return refuse(UNAVAILABLE, "login-failed");
    if (identity === undefined) return refuse(BAD_CREDENTIALS, "wrong-password");
    const rights = rightsOf(identity);
    if (visitor.willTopic !== undefined && rights.publishKind(visitor.willTopic) === undefined)
      return refuse(NOT_AUTHORIZED, "will-without-right", visitor.willTopic);
    Object.assign(visitor, { identity, rights });
    return null;
  }

  /** Counts, keeps and reports one refusal. */
  refuse(visitor: Visitor | undefined, what: RefusedAction, reason: RefusalReason, topic?: string): void {
    const identity = visitor?.username ?? null;
    this.#refusals.add({ what, reason, identity, remoteAddress: visitor?.remoteAddress ?? null, topic: topic ?? null });
  }

  async #identify(username: string, password: Uint8Array): Promise<Identity | undefined | "unknown-now"> {
    try {
      return await this.#authenticate({ username, password });
    } catch {
      return "unknown-now";
    }
  }
}

function connackError(returnCode: AuthErrorCode, reason: RefusalReason): AuthenticateError {
  return Object.assign(new Error(`refused: ${reason}`), { returnCode });
}
