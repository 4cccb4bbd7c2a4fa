import { StoreRefusedError } from "../errors.ts";
import { asInfluxError, errorOfStatus } from "./influx-errors.ts";

/** A fresh InfluxDB 2 to be set up. */
export interface InfluxSetUp {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly org: string;
  readonly bucket: string;
  /** Readings older than this are dropped by InfluxDB; 0, the default, keeps them for ever. */
  readonly retentionSeconds?: number;
  /** The token of the first user, who may do everything; chosen by InfluxDB when left out. */
  readonly operatorToken?: string;
}

/** Tokens of a server that was just set up. */
export interface InfluxTokens {
  readonly operatorToken: string;
  /** May write the bucket and nothing else. It can erase readings too, so it stays on the server. */
  readonly writeToken: string;
  /** May read the bucket and nothing else. */
  readonly readToken: string;
}

/**
 * Does the first set-up of an InfluxDB 2: organisation, bucket, first user, and one token each to write and to read.
 *
 * @throws {StoreRefusedError} when the server has been set up before.
 */
export async function setUpInflux(options: InfluxSetUp): Promise<InfluxTokens> {
  const { url, username, password, org, bucket, retentionSeconds = 0, operatorToken } = options;
  const { allowed } = await call<{ allowed: boolean }>(url, "GET", "setup");
  if (!allowed)
    throw new StoreRefusedError(`the InfluxDB at ${url} has been set up before`, {
      remedy: "make a bucket and two tokens (one to write it, one to read it) with the influx command or its page",
    });
  const first = { username, password, org, bucket, retentionPeriodSeconds: retentionSeconds };
  const made = await call<SetUpAnswer>(
    url,
    "POST",
    "setup",
    operatorToken ? { ...first, token: operatorToken } : first,
  );
  const admin = made.auth.token;
  return {
    operatorToken: admin,
    writeToken: await makeToken(url, admin, made, "write"),
    readToken: await makeToken(url, admin, made, "read"),
  };
}

interface SetUpAnswer {
  readonly auth: { readonly token: string };
  readonly org: { readonly id: string };
  readonly bucket: { readonly id: string };
}

/** Makes another bucket. Gives its id. @throws {StoreRefusedError} when the token may not. */
export async function makeBucket(url: string, token: string, org: string, bucket: string): Promise<string> {
  const { orgs } = await call<{ orgs: { id: string }[] }>(
    url,
    "GET",
    `orgs?org=${encodeURIComponent(org)}`,
    undefined,
    token,
  );
  const body = { orgID: orgs[0]?.id, name: bucket, retentionRules: [] };
  return (await call<{ id: string }>(url, "POST", "buckets", body, token)).id;
}

async function makeToken(
  url: string,
  admin: string,
  { org, bucket }: SetUpAnswer,
  action: "read" | "write",
): Promise<string> {
  const permissions = [{ action, resource: { type: "buckets", id: bucket.id, orgID: org.id } }];
  const body = { orgID: org.id, description: `nightflow: ${action} readings`, permissions };
  return (await call<{ token: string }>(url, "POST", "authorizations", body, admin)).token;
}

async function call<Answer>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<Answer> {
  const what = `InfluxDB ${method} ${path}`;
  try {
    const headers = { "content-type": "application/json", ...(token ? { authorization: `Token ${token}` } : {}) };
    const address = new URL(`api/v2/${path}`, url.endsWith("/") ? url : `${url}/`);
    const response = await fetch(address, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw errorOfStatus(response.status, text, what);
    return JSON.parse(text) as Answer;
  } catch (error) {
    throw asInfluxError(error, what);
  }
}
