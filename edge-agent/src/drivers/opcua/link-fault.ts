import { describeError, NightflowError, type OpcUaServerStanding } from "@nightflow/domain";
import type { Verdict } from "./security/server-check.ts";

/** Why there is no connection, in words that say what to do. */
export type LinkFault = NonNullable<OpcUaServerStanding["fault"]>;

/** A server that cannot be reached or refuses; carries the fault. */
export class OpcUaLinkError extends NightflowError {
  readonly code = "OPCUA_NO_LINK";
  readonly retriable = true;
  readonly fault: LinkFault;

  constructor(fault: LinkFault, cause?: unknown) {
    super(`${fault.code}: ${fault.message}`, { cause, remedy: fault.remedy });
    this.fault = fault;
  }
}

/** What the fault is told with. */
export interface FaultContext {
  readonly endpointUrl: string;
  readonly verdict: Verdict | undefined;
  /** SHA-256 of the agent's own certificate; undefined where it shows none. */
  readonly ownFingerprint: string | undefined;
  readonly nowMs: number;
}

/** An error of the connection as a fault: the status code that the server or the library names, and the remedy. */
export function linkFaultOf(error: unknown, context: FaultContext): LinkFault {
  if (error instanceof OpcUaLinkError) return error.fault;
  if (error instanceof NightflowError) return cut(error.code, error.message, error.remedy ?? "");
  const trust = context.verdict && trustFault(context.verdict, context);
  if (trust !== undefined) return trust;
  const text = describeError(error);
  const known = REMEDIES.find(({ pattern }) => pattern.test(text));
  const code = /\b(Bad[A-Z][A-Za-z]+)\b/.exec(text)?.[1] ?? known?.code ?? "NO_CONNECTION";
  return cut(code, text, (known?.remedy ?? DEFAULT_REMEDY)(context));
}

function trustFault(verdict: Verdict, { nowMs, endpointUrl }: FaultContext): LinkFault | undefined {
  const now = new Date(nowMs).toISOString();
  if (verdict.kind === "trusted") return undefined;
  if ("validFrom" in verdict)
    return cut(
      "BadCertificateTimeInvalid",
      `the certificate of ${endpointUrl} is good from ${new Date(verdict.validFrom).toISOString()} to ${new Date(verdict.expiresAt).toISOString()}, and this gateway's clock says ${now}`,
      verdict.kind === "expired"
        ? "have the server's certificate renewed, and approve the new one; check this gateway's clock"
        : "set this gateway's clock; the server's may be ahead",
    );
  const is = verdict.kind === "pending" ? "has not been approved yet" : "was rejected";
  return cut(
    "BadCertificateUntrusted",
    `the server's certificate ${verdict.fingerprint} (${verdict.subject}) ${is}`,
    `compare the fingerprint with the one that the server shows, then: nightflow-agent opcua certificates approve agent.yaml ${verdict.fingerprint.slice(0, 16)}`,
  );
}

interface Remedy {
  readonly code?: string;
  readonly pattern: RegExp;
  readonly remedy: (context: FaultContext) => string;
}

const trustUs = ({ ownFingerprint }: FaultContext) =>
  `the server does not trust this agent: have its administrator trust the certificate ${ownFingerprint ?? ""} (nightflow-agent opcua certificates list agent.yaml shows it and its file)`;

const REMEDIES: readonly Remedy[] = [
  {
    pattern:
      /BadCertificateUntrusted|BadSecurityChecksFailed|BadCertificateChainIncomplete|BadCertificateUseNotAllowed/,
    remedy: trustUs,
  },
  {
    pattern: /BadCertificateTimeInvalid|BadInvalidTimestamp/,
    remedy: () =>
      "the clocks of server and gateway differ, or a certificate has expired: set the clocks (NTP), then renew",
  },
  {
    pattern: /BadCertificateUriInvalid|BadCertificateHostNameInvalid/,
    remedy: () => "the server wants another application URI or host name: have it trust the certificate as it is",
  },
  {
    pattern: /BadIdentityTokenRejected|BadIdentityTokenInvalid/,
    remedy: () =>
      "user name or password (or the user certificate) are wrong, or this server takes another kind: see `identity` of the bus",
  },
  {
    pattern: /BadUserAccessDenied/,
    remedy: () =>
      "user name or password are wrong, or this user may not sign in or read: ask the server's administrator",
  },
  {
    pattern:
      /Cannot find an Endpoint matching|BadSecurityPolicyRejected|BadSecurityModeRejected|BadSecurityModeInsufficient/,
    code: "BadSecurityPolicyRejected",
    remedy: () => "the server does not offer this security: `nightflow-agent opcua endpoints URL` lists what it offers",
  },
  {
    pattern: /BadTooManySessions|BadTooManySubscriptions|BadTooManyMonitoredItems/,
    remedy: () => "the server allows no more: end other clients, raise its limits, or use fewer buses for it",
  },
  {
    pattern:
      /ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|took longer|premature disconnection/,
    code: "NO_CONNECTION",
    remedy: ({ endpointUrl }) =>
      `check that the server runs and that this gateway reaches ${endpointUrl} (cable, address, firewall)`,
  },
];

const DEFAULT_REMEDY = ({ endpointUrl }: FaultContext) => `look into the log of the server at ${endpointUrl}`;

function cut(code: string, message: string, remedy: string): LinkFault {
  return { code: code.slice(0, 80), message: message.slice(0, 500), remedy: remedy.slice(0, 500) };
}
