import { verify, X509Certificate } from "node:crypto";
import {
  type EnrolmentAnswer,
  type EnrolmentFault,
  type RenewRequest,
  renewableFrom,
  renewalStatement,
} from "@nightflow/domain";
import { numberEnrolmentChange, type Sql } from "@nightflow/storage";
import { type EnrolmentContext, EnrolmentRefusedProblem, keyOfRequest, nowOf, type RequestKey } from "./desk.ts";
import { asActor, noteEnrolment } from "./note.ts";
import { type CertificateRow, certificateBy, certificateOfKey, issueCertificate, standingOf } from "./state.ts";

const DAY_MS = 86_400_000;

/**
 * Gives an agent its next certificate. It proves by a signature that it holds the key of the one that it has; that one
 * stays good until it expires, so that an answer that gets lost costs nothing.
 *
 * @throws {EnrolmentRefusedProblem} when it does not get one, with the reason: it has proved who it is.
 */
export async function renew(
  context: EnrolmentContext,
  request: RenewRequest,
  address: string,
): Promise<EnrolmentAnswer> {
  const fingerprint = provenFingerprint(request);
  const known = await certificateBy(context.db, fingerprint);
  if (known === undefined) throw new EnrolmentRefusedProblem("certificate-unknown");
  const key = await keyOfRequest(context.desk, request.request);
  const verdict = await context.db.transaction((tx) => renewIn(tx, context, { fingerprint, key, address }));
  if (typeof verdict === "string") throw new EnrolmentRefusedProblem(verdict);
  return verdict;
}

/** Why a certificate is not renewed; undefined when it is. */
export function faultOfRenewal(
  certificate: Pick<CertificateRow, "is_revoked" | "issued_at" | "expires_at">,
  standing: "unknown" | "admitted" | "revoked",
  { nowMs, graceDays }: { readonly nowMs: number; readonly graceDays: number },
): EnrolmentFault | undefined {
  if (standing === "revoked") return "agent-revoked";
  if (certificate.is_revoked) return "certificate-revoked";
  const { issued_at: issuedAt, expires_at: expiresAt } = certificate;
  if (nowMs >= expiresAt + graceDays * DAY_MS) return "certificate-expired";
  return nowMs < renewableFrom({ issuedAt, expiresAt }) ? "too-early" : undefined;
}

// By the key of the certificate that was sent; whether that is one of ours is asked after.
function provenFingerprint({ certificate, request, signature }: RenewRequest): string {
  try {
    const shown = new X509Certificate(certificate);
    const algorithm = shown.publicKey.asymmetricKeyType === "ed25519" ? null : "sha256";
    const statement = Buffer.from(renewalStatement(certificate, request));
    if (verify(algorithm, statement, shown.publicKey, Buffer.from(signature, "base64")))
      return shown.fingerprint256.replaceAll(":", "").toLowerCase();
  } catch {
    // Neither a certificate nor a signature: no proof.
  }
  throw new EnrolmentRefusedProblem("proof-invalid");
}

interface Renewal {
  readonly fingerprint: string;
  readonly key: RequestKey;
  readonly address: string;
}

async function renewIn(
  tx: Sql,
  context: EnrolmentContext,
  { fingerprint, key, address }: Renewal,
): Promise<EnrolmentAnswer | EnrolmentFault> {
  const { desk } = context;
  const changeNo = await numberEnrolmentChange(tx);
  const current = await certificateBy(tx, fingerprint);
  if (current === undefined) return "certificate-unknown";
  const times = { nowMs: nowOf(desk), graceDays: desk.config.renewGraceDays };
  const fault = faultOfRenewal(current, await standingOf(tx, current), times);
  if (fault !== undefined) return fault;
  // Asked again with the same key: the answer got lost.
  const kept = await certificateOfKey(tx, current, key.keyHash);
  if (kept !== undefined && kept.fingerprint !== fingerprint && !kept.is_revoked && kept.expires_at > times.nowMs)
    return { status: "issued", certificate: kept.pem, root: desk.signer.rootPem };
  const issued = await issueCertificate(tx, context, current, { key, why: "renewal", changeNo });
  const { serial, expiresAt } = issued;
  await noteEnrolment(tx, context, asActor({ ...current, address }), {
    action: "enrolment.renew",
    who: current,
    after: { serial, expiresAt, replaces: current.serial },
  });
  return { status: "issued", certificate: issued.pem, root: desk.signer.rootPem };
}
