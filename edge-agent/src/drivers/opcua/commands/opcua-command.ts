import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AgentConfig, ConfigError, OpcUaIdentity, OpcUaSecurity } from "@nightflow/domain";
import { MessageSecurityMode, UserTokenType } from "node-opcua-client";
import { parse } from "yaml";
import { loadLocalConfig } from "../../../load-config.ts";
import { linkFaultOf, OpcUaLinkError } from "../link-fault.ts";
import { OwnCertificates } from "../security/own-certificate.ts";
import { ServerCheck } from "../security/server-check.ts";
import { TrustList, trustFolder } from "../security/trust-list.ts";
import { createClient } from "../session/client.ts";
import type { SessionPlace } from "../session/open-session.ts";
import { within } from "../session/within.ts";
import { browseCommand } from "./browse-command.ts";
import { certificatesCommand } from "./certificates-command.ts";
import { OPCUA_USAGE } from "./usage.ts";

const VERBS = ["list", "approve", "reject", "add", "renew"] as const;

/**
 * `opcua …` of both programs. Writes what a person wants to know by `say`; gives the exit code: 0, or 2 where what was
 * typed cannot work.
 *
 * @throws {OpcUaLinkError | OpcUaCertificateError | ConfigError} with the remedy.
 */
export async function runOpcUaCommand(args: readonly string[], say: (line: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      agent: { type: "string" },
      policy: { type: "string", default: "None" },
      mode: { type: "string", default: "SignAndEncrypt" },
      user: { type: "string" },
      secret: { type: "string" },
      depth: { type: "string", default: "6" },
      max: { type: "string", default: "2000" },
      period: { type: "string", default: "900" },
      items: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const lines = values.help ? undefined : await linesFor(positionals, values);
  for (const line of lines ?? [OPCUA_USAGE]) say(line);
  return lines === undefined && !values.help ? 2 : 0;
}

interface Options {
  readonly agent?: string | undefined;
  readonly policy: string;
  readonly mode: string;
  readonly user?: string | undefined;
  readonly secret?: string | undefined;
  readonly depth: string;
  readonly max: string;
  readonly period: string;
  readonly items: boolean;
}

async function linesFor([part, ...rest]: readonly string[], options: Options): Promise<string[] | undefined> {
  if (part === "certificates") {
    const verb = VERBS.find((each) => each === rest[0]);
    const needsMore = verb !== "list" && verb !== "renew" && rest[2] === undefined;
    if (verb === undefined || rest[1] === undefined || needsMore) return undefined;
    return certificatesCommand(loadLocalConfig(rest[1]).dataDir, { verb, what: rest[2] });
  }
  if (part === "endpoints" && rest[0] !== undefined) return endpointLines(rest[0]);
  if (part !== "browse" || rest[0] === undefined) return undefined;
  const isUrl = rest[0].startsWith("opc.tcp://");
  const { place, dataDir } = isUrl ? placeByHand(rest[0], options) : placeOfBus(rest[0], rest[1] ?? "");
  const path = rest[isUrl ? 1 : 2] ?? "Objects/**";
  const { items } = options;
  const limits = { maxDepth: Number(options.depth), maxNodes: Number(options.max), periodS: Number(options.period) };
  return browseCommand({ place, dataDir, path: path.replace(/\/\*\*$/, ""), items, ...limits });
}

function placeByHand(endpointUrl: string, { agent, policy, mode, user, secret }: Options) {
  const identity = user === undefined ? { kind: "anonymous" } : { kind: "user", user, secret, allowUnprotected: true };
  const place = {
    endpointUrl,
    security: OpcUaSecurity.parse({ policy, mode }),
    identity: OpcUaIdentity.parse(identity),
  };
  return { place, dataDir: agent === undefined ? "data" : loadLocalConfig(agent).dataDir };
}

function placeOfBus(agentFile: string, id: string): { place: SessionPlace; dataDir: string } {
  const { dataDir, configFile } = loadLocalConfig(agentFile);
  if (configFile === undefined)
    throw new ConfigError(agentFile, [
      "its buses come from the platform: give the server's address in place of the bus",
    ]);
  const { buses } = AgentConfig.parse(parse(readFileSync(configFile, "utf8")));
  const bus = buses.find((each) => each.kind === "opcua" && each.id === id);
  if (bus?.kind === "opcua") return { place: bus, dataDir };
  const known = buses.flatMap((each) => (each.kind === "opcua" ? [each.id] : []));
  throw new ConfigError(configFile, [`there is no OPC UA bus ${id}; there are ${known.join(", ") || "none"}`]);
}

/** What a server offers. No certificate is looked at, and none is kept: the list itself is public. */
async function endpointLines(url: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-opcua-"));
  const own = await new OwnCertificates(folder).get();
  const check = new ServerCheck(new TrustList(trustFolder(folder)), { bus: null, endpointUrl: url });
  const client = createClient({ policy: "None", mode: "Sign" }, own, check);
  try {
    await within(20_000, "connecting", client.connect(url));
    const endpoints = await client.getEndpoints();
    return endpoints.map(({ endpointUrl, securityPolicyUri, securityMode, userIdentityTokens }) => {
      const policy = securityPolicyUri?.split("#")[1] ?? "?";
      const tokens = (userIdentityTokens ?? []).map(({ tokenType }) => UserTokenType[tokenType]);
      return `${policy} ${MessageSecurityMode[securityMode]}  ${endpointUrl}  (${[...new Set(tokens)].join(", ")})`;
    });
  } catch (error) {
    const context = { endpointUrl: url, verdict: undefined, ownFingerprint: undefined, nowMs: Date.now() };
    throw new OpcUaLinkError(linkFaultOf(error, context), error);
  } finally {
    await client.disconnect().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}
