import { createHash } from "node:crypto";
import { AgentId, ConfigError, decodeJoinText, type EnrolmentFault, SiteId } from "@nightflow/domain";
import type { EdgeAgentConfig } from "./config.ts";
import { checkIssued, timesOf } from "./enrolment/certificate.ts";
import { EnrolmentClientConfig } from "./enrolment/config.ts";
import {
  folderIdentityStore,
  type IdentityStore,
  identityFolder,
  keepJoinedPlatform,
} from "./enrolment/identity-store.ts";
import { pendingRequest } from "./enrolment/pending.ts";
import { httpPlatform, type PlatformAnswer } from "./enrolment/platform.ts";
import { keyFingerprint } from "./enrolment/request.ts";

/** What an installer has typed: a join text, or its parts. */
export interface JoinOrder {
  readonly joinText?: string | undefined;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly ca?: string | undefined;
}

/** What became of it. */
export interface JoinResult {
  readonly answer: PlatformAnswer;
  /** SHA-256 of the public key that was sent. */
  readonly fingerprint: string;
  /** End of the certificate, epoch ms; null where there is none. */
  readonly expiresAt: number | null;
  /** End of the good certificate that a refused agent has already, epoch ms; absent where it has none. */
  readonly heldUntil?: number | undefined;
}

/**
 * Joins by hand, at the gateway: gets the certificate and puts it where the agent looks for it, also while it runs. Where
 * the configuration names no platform, this one is kept beside it: the agent renews there.
 *
 * @throws {ConfigError | ZodError} when address or authority are missing, {PlatformError} and {EnrolmentTrustError} as the agent.
 */
export async function joinByHand(config: EdgeAgentConfig, order: JoinOrder): Promise<JoinResult> {
  const { site, agent, dataDir } = config;
  refuseUnusable(config);
  const said = order.joinText === undefined ? undefined : decodeJoinText(order.joinText);
  const place = placeOf(config, { ...order, ...said });
  const platform = httpPlatform(place);
  const folder = identityFolder(dataDir);
  const store = folderIdentityStore(folder);
  const pending = await pendingRequest(store, "join", agent);
  const token = order.token ?? said?.token;
  const answer = await platform.join({
    site: SiteId.parse(site),
    agent: AgentId.parse(agent),
    request: pending.request,
    pollSecret: pending.pollSecret,
    ...(token !== undefined && { token }),
  });
  const fingerprint = keyFingerprint(pending.privateKey);
  if (answer.status !== "refused" && config.enrolment === undefined)
    await keepJoinedPlatform(folder, { v: 1, url: place.url, caFingerprint: place.caFingerprint ?? "" });
  if (answer.status === "refused")
    return { answer, fingerprint, expiresAt: null, heldUntil: await endOfHeld(store, answer.fault) };
  if (answer.status === "held") await store.savePending({ ...pending, requestId: answer.requestId });
  if (answer.status !== "issued") return { answer, fingerprint, expiresAt: null };
  const root = await platform.root();
  checkIssued(answer.certificate, root, pending.privateKey);
  const tokenHash = token === undefined ? null : createHash("sha256").update(token).digest("hex");
  const { certificate } = answer;
  await store.saveIdentity({ v: 1, privateKey: pending.privateKey, certificate, root, tokenHash });
  return { answer, fingerprint, expiresAt: timesOf(certificate).expiresAt };
}

// An agent that was put out has a certificate that nobody takes.
const PUT_OUT: ReadonlySet<EnrolmentFault> = new Set(["agent-revoked", "agent-rejected", "certificate-revoked"]);

async function endOfHeld(store: IdentityStore, fault: EnrolmentFault): Promise<number | undefined> {
  const identity = await store.identity();
  if (identity === undefined || PUT_OUT.has(fault)) return undefined;
  const { expiresAt } = timesOf(identity.certificate);
  return expiresAt > Date.now() ? expiresAt : undefined;
}

/** A token is worth one certificate: none is spent for an agent that could not show it. */
function refuseUnusable({ mqtt }: EdgeAgentConfig): void {
  const faults = [];
  if (!mqtt.url.startsWith("mqtts:")) faults.push("mqtt.url: a certificate needs mqtts://");
  if (mqtt.certFile !== undefined) faults.push("mqtt.certFile: the agent gets its own certificate: leave it out");
  if (faults.length > 0) throw new ConfigError("the agent's configuration", faults);
}

function placeOf({ enrolment }: EdgeAgentConfig, { url, ca }: { url?: string | undefined; ca?: string | undefined }) {
  return EnrolmentClientConfig.parse({
    ...enrolment,
    ...(url !== undefined && { url }),
    ...(ca !== undefined && { caFingerprint: ca, caFile: undefined }),
  });
}

/** What a program ends with after joining by hand: 0 joined, 3 waits for approval, 1 refused. */
export const JOIN_EXIT_CODES = { issued: 0, held: 3, refused: 1 } as const;

/** What became of it, in words for the installer. */
export function describeJoin({ answer, fingerprint, expiresAt, heldUntil }: JoinResult): string {
  if (answer.status === "issued")
    return `joined; the certificate is good until ${new Date(expiresAt ?? 0).toISOString()}`;
  if (answer.status === "held") return `waits for approval; compare the fingerprint ${fingerprint}`;
  if (heldUntil === undefined) return `refused: ${answer.message}; ${answer.remedy}`;
  return [
    `joined already: this agent has a certificate until ${new Date(heldUntil).toISOString()} and renews it by itself; nothing was changed`,
    `  the platform refused to join it again: ${answer.message}`,
    "  what to do: nothing while the agent connects; to join anew, have a token made for this agent by name and join with that: it replaces the certificate",
  ].join("\n");
}
