import { ConfigError } from "@nightflow/domain";
import type { BucketFacts, InfluxApi } from "./influx-api.ts";
import type { ProvisionStep } from "./provision.ts";

/** `rotate` makes new tokens and leaves the old valid; `revoke` deletes the old ones. */
export type TokenChange = "rotate" | "revoke" | undefined;

/** What a token of Nightflow's may do with its buckets. */
export type TokenRight = "write" | "read";

/** Where Nightflow's tokens are kept, for example in files that nobody else may read. */
export interface KeptTokens {
  /** The token kept for a right; undefined where there is none. */
  read(right: TokenRight): Promise<string | undefined>;
  write(right: TokenRight, token: string): Promise<void>;
  /** Where it is kept, in words. */
  placeOf(right: TokenRight): string;
}

/** Whose tokens are made, and of which buckets. */
export interface TokenAccess {
  readonly api: InfluxApi;
  readonly org: string;
  /** Undefined in a dry run before there is an organisation. */
  readonly orgID: string | undefined;
  readonly buckets: readonly BucketFacts[];
  readonly tokens: KeptTokens;
  readonly change?: TokenChange;
  readonly isDryRun: boolean;
}

interface Authorization {
  readonly id: string;
  readonly token?: string;
  readonly status: string;
  readonly description: string;
  readonly permissions: readonly {
    readonly action: string;
    readonly resource: { readonly type: string; readonly id?: string };
  }[];
}

const RIGHTS: readonly TokenRight[] = ["write", "read"];
const REPLACED = "replaced ";

/**
 * Makes the two tokens that Nightflow uses, each with its one right on these buckets and no other. The one that writes can
 * erase, too, so the one that answers queries must not be able to.
 *
 * @throws {ConfigError} when a token is kept that the server does not know with exactly this right.
 */
export async function provisionTokens(access: TokenAccess): Promise<ProvisionStep[]> {
  const { orgID, api, org, change, isDryRun } = access;
  if (orgID === undefined) return RIGHTS.map((right) => ({ what: nameOf(right, org), did: "made" }));
  const all = (await api.call<{ authorizations: Authorization[] }>({ path: `authorizations?orgID=${orgID}` }))
    .authorizations;
  if (change === "revoke") return await revoke(api, all, org, isDryRun);
  const steps: ProvisionStep[] = [];
  for (const right of RIGHTS) steps.push(await provisionOne(access, orgID, all, right));
  return steps;
}

async function provisionOne(
  access: TokenAccess,
  orgID: string,
  all: readonly Authorization[],
  right: TokenRight,
): Promise<ProvisionStep> {
  const { api, org, tokens, change, isDryRun } = access;
  const what = `${nameOf(right, org)} in ${tokens.placeOf(right)}`;
  const kept = await tokens.read(right);
  const ours = all.filter((one) => one.description === nameOf(right, org));
  const usable = ours.find(
    (one) => one.status === "active" && hasExactly(one, access, right) && (kept ?? one.token) === one.token,
  );
  if (usable?.token !== undefined && change !== "rotate") {
    if (kept === undefined && !isDryRun) await tokens.write(right, usable.token);
    return { what, did: kept === undefined ? "made" : "nothing" };
  }
  if (kept !== undefined && change !== "rotate") throw strangeToken(right, tokens);
  if (!isDryRun) {
    await tokens.write(right, await makeToken(access, orgID, right));
    for (const { id } of ours) await rename(api, id, `${REPLACED}${nameOf(right, org)}`);
  }
  return { what, did: kept === undefined ? "made" : "replaced" };
}

async function revoke(
  api: InfluxApi,
  all: readonly Authorization[],
  org: string,
  isDryRun: boolean,
): Promise<ProvisionStep[]> {
  const names = new Set(RIGHTS.map((right) => `${REPLACED}${nameOf(right, org)}`));
  const replaced = all.filter(({ description }) => names.has(description));
  if (!isDryRun) for (const { id } of replaced) await api.call({ method: "DELETE", path: `authorizations/${id}` });
  return replaced.map(({ description, id }) => ({ what: `${description} (${id})`, did: "deleted" }));
}

async function makeToken({ api, org, buckets }: TokenAccess, orgID: string, right: TokenRight): Promise<string> {
  const permissions = buckets.map(({ id }) => ({ action: right, resource: { type: "buckets", id, orgID } }));
  const body = { orgID, description: nameOf(right, org), permissions };
  return (await api.call<{ token: string }>({ method: "POST", path: "authorizations", body })).token;
}

async function rename(api: InfluxApi, id: string, description: string): Promise<void> {
  await api.call({ method: "PATCH", path: `authorizations/${id}`, body: { description } });
}

function hasExactly({ permissions }: Authorization, { buckets }: TokenAccess, right: TokenRight): boolean {
  const wanted = new Set(buckets.map(({ id }) => id));
  const isWanted = ({ action, resource }: Authorization["permissions"][number]) =>
    action === right && resource.type === "buckets" && resource.id !== undefined && wanted.has(resource.id);
  return permissions.length === wanted.size && permissions.every(isWanted);
}

function strangeToken(right: TokenRight, tokens: KeptTokens): ConfigError {
  const fault = `the token in ${tokens.placeOf(right)} is unknown to InfluxDB, is inactive, or has other rights than to ${right} these buckets`;
  return new ConfigError("influxdb", [fault], {
    remedy: "run this again with --rotate: it makes new tokens with just the rights that are needed",
  });
}

function nameOf(right: TokenRight, org: string): string {
  return `nightflow: ${right} readings and roll-ups of ${org}`;
}
