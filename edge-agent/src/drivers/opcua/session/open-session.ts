import type { OpcUaBus } from "@nightflow/domain";
import type { ClientSession } from "node-opcua-client";
import { linkFaultOf, OpcUaLinkError } from "../link-fault.ts";
import { applicationUriOf, OwnCertificates } from "../security/own-certificate.ts";
import { identityOf } from "../security/secrets.ts";
import { ServerCheck } from "../security/server-check.ts";
import { TrustList, trustFolder } from "../security/trust-list.ts";
import { createClient } from "./client.ts";
import { within } from "./within.ts";

/** What a session needs of a bus. */
export type SessionPlace = Pick<OpcUaBus, "endpointUrl" | "security" | "identity">;

const CONNECT_MS = 20_000;

/**
 * Lets `work` use a session of its own, as a command does, with the trust list and secrets of an agent.
 *
 * @throws {OpcUaLinkError} when the server cannot be reached or refuses.
 */
export async function withSession<Result>(
  place: SessionPlace,
  dataDir: string,
  work: (session: ClientSession) => Promise<Result>,
): Promise<Result> {
  const { endpointUrl, security, identity } = place;
  const check = new ServerCheck(new TrustList(trustFolder(dataDir)), { bus: null, endpointUrl });
  const own = await new OwnCertificates(dataDir).get();
  const client = createClient(security, own, check);
  try {
    await within(CONNECT_MS, "connecting", client.connect(endpointUrl));
    const session = await within(
      CONNECT_MS,
      "creating the session",
      client.createSession(identityOf(identity, dataDir)),
    );
    return await work(session);
  } catch (error) {
    const shown = security.policy === "None" ? undefined : applicationUriOf(own);
    const context = { endpointUrl, verdict: check.verdict, ownFingerprint: shown, nowMs: Date.now() };
    throw new OpcUaLinkError(linkFaultOf(error, context), error);
  } finally {
    await client.disconnect().catch(() => undefined);
  }
}
