import { StoreRefusedError } from "../errors.ts";
import { InfluxApi } from "./influx-api.ts";
import { checkIsInflux2 } from "./server-kind.ts";

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

/** Whether a server is an InfluxDB 2 that nobody has set up yet. @throws {StoreUnavailableError} when it does not answer. */
export async function needsFirstSetUp(url: string): Promise<boolean> {
  await checkIsInflux2(url);
  return (await new InfluxApi(url).call<{ allowed: boolean }>({ path: "setup" })).allowed;
}

/**
 * Does the first set-up of an InfluxDB 2: organisation, bucket, first user, and one token each to write and to read.
 *
 * @throws {StoreRefusedError} when the server has been set up before.
 */
export async function setUpInflux(options: InfluxSetUp): Promise<InfluxTokens> {
  const made = await firstSetUp(options);
  const operator = new InfluxApi(options.url, made.auth.token);
  return {
    operatorToken: made.auth.token,
    writeToken: await makeToken(operator, made, "write"),
    readToken: await makeToken(operator, made, "read"),
  };
}

/** The first set-up without tokens but the operator's. @throws {StoreRefusedError} when the server has been set up before. */
export async function firstSetUp(options: InfluxSetUp): Promise<SetUpAnswer> {
  const { url, username, password, org, bucket, retentionSeconds = 0, operatorToken } = options;
  const api = new InfluxApi(url);
  const { allowed } = await api.call<{ allowed: boolean }>({ path: "setup" });
  if (!allowed)
    throw new StoreRefusedError(`the InfluxDB at ${url} has been set up before`, {
      remedy: "nightflow influx setup makes buckets and tokens with the token of its operator",
    });
  const first = { username, password, org, bucket, retentionPeriodSeconds: retentionSeconds };
  const body = operatorToken ? { ...first, token: operatorToken } : first;
  return await api.call<SetUpAnswer>({ method: "POST", path: "setup", body });
}

/** What the first set-up made. */
export interface SetUpAnswer {
  readonly auth: { readonly token: string };
  readonly org: { readonly id: string };
  readonly bucket: { readonly id: string };
}

/** Makes another bucket. Gives its id. @throws {StoreRefusedError} when the token may not. */
export async function makeBucket(
  url: string,
  token: string,
  org: string,
  bucket: string,
  retentionSeconds = 0,
): Promise<string> {
  const api = new InfluxApi(url, token);
  const { orgs } = await api.call<{ orgs: { id: string }[] }>({ path: `orgs?org=${encodeURIComponent(org)}` });
  const retentionRules = retentionSeconds === 0 ? [] : [{ type: "expire", everySeconds: retentionSeconds }];
  const body = { orgID: orgs[0]?.id, name: bucket, retentionRules };
  return (await api.call<{ id: string }>({ method: "POST", path: "buckets", body })).id;
}

async function makeToken(api: InfluxApi, { org, bucket }: SetUpAnswer, action: "read" | "write"): Promise<string> {
  const permissions = [{ action, resource: { type: "buckets", id: bucket.id, orgID: org.id } }];
  const body = { orgID: org.id, description: `nightflow: ${action} readings`, permissions };
  return (await api.call<{ token: string }>({ method: "POST", path: "authorizations", body })).token;
}
