import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { getCACertificates } from "node:tls";
import {
  ApiError,
  AuthorityInfo,
  ENROLMENT_REFUSED,
  EnrolmentAnswer,
  EnrolmentFault,
  type JoinRequest,
  type RenewRequest,
} from "@nightflow/domain";
import { z } from "zod";
import { EnrolmentTrustError, PlatformError } from "../errors.ts";
import { fingerprintOf } from "./certificate.ts";
import type { EnrolmentClientConfig } from "./config.ts";

/** The platform's answer: a certificate, "wait", or a refusal with its reason. */
export type PlatformAnswer =
  | EnrolmentAnswer
  | { readonly status: "refused"; readonly fault: EnrolmentFault; readonly message: string; readonly remedy: string };

/** Where an agent joins and renews. Every call throws when the platform cannot be reached or trusted. */
export interface Platform {
  /** The root certificate, PEM, after it was compared with what the configuration says. */
  root(): Promise<string>;
  join(request: JoinRequest): Promise<PlatformAnswer>;
  ask(requestId: string, secret: string): Promise<PlatformAnswer>;
  renew(request: RenewRequest): Promise<PlatformAnswer>;
}

const TIMEOUT_MS = 15_000;
const MOST_BYTES = 64 * 1024;

/** The platform over HTTP. */
export function httpPlatform(config: Pick<EnrolmentClientConfig, "url" | "caFile" | "caFingerprint">): Platform {
  let trusted: string | undefined;
  const root = async () => {
    trusted ??= await trustedRoot(config);
    return trusted;
  };
  const post = async (path: string, body: unknown): Promise<PlatformAnswer> => {
    const ca = [...getCACertificates("default"), await root()];
    return answerOf(await send(new URL(`/api/enrolment/${path}`, config.url), { method: "POST", ca }, body));
  };
  return {
    root,
    join: (request) => post("join", request),
    ask: (requestId, secret) => post(`join/${encodeURIComponent(requestId)}`, { secret }),
    renew: (request) => post("renew", request),
  };
}

async function trustedRoot({
  url,
  caFile,
  caFingerprint,
}: Pick<EnrolmentClientConfig, "url" | "caFile" | "caFingerprint">) {
  if (caFile !== undefined) return readFileSync(caFile, "utf8");
  // Whoever answers: what counts is the fingerprint, which came another way. Nothing secret is sent.
  const options = { method: "GET", rejectUnauthorized: false };
  const { status, body } = await send(new URL("/api/enrolment/authority", url), options);
  const parsed = AuthorityInfo.safeParse(body);
  if (status !== 200 || !parsed.success) throw new PlatformError(`${url} has no authority to show (${status})`);
  const { root } = parsed.data;
  const shown = fingerprintOf(root);
  if (shown === caFingerprint) return root;
  throw new EnrolmentTrustError(`the authority at ${url} has the fingerprint ${shown}, not ${caFingerprint}`, {
    remedy: "compare enrolment.caFingerprint with what the administrator sees; if it is right, somebody is in between",
  });
}

interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

function send(url: URL, options: RequestOptions, body?: unknown): Promise<HttpAnswer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers =
    payload === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, headers, agent: false, timeout: TIMEOUT_MS }, (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on("data", (part: Buffer) => {
        bytes += part.length;
        if (bytes > MOST_BYTES) sent.destroy(new Error("the answer is too large"));
        parts.push(part);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(parts)) }));
      response.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    sent.on("error", (cause) => reject(new PlatformError(`${url.origin} cannot be reached`, { cause })));
    sent.end(payload);
  });
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

const RefusalDetails = z.looseObject({ fault: EnrolmentFault });

function answerOf({ status, body }: HttpAnswer): PlatformAnswer {
  const answer = EnrolmentAnswer.safeParse(body);
  if (status === 200 && answer.success) return answer.data;
  const problem = ApiError.safeParse(body);
  if (!problem.success) throw new PlatformError(`the platform answered ${status} and nothing that can be read`);
  const { code, message, remedy, details } = problem.data;
  const known = RefusalDetails.safeParse(details);
  if (code === ENROLMENT_REFUSED && known.success)
    return { status: "refused", fault: known.data.fault, message, remedy: remedy ?? "" };
  throw new PlatformError(`the platform answered ${status} ${code}: ${message}`, remedy === null ? {} : { remedy });
}
