import { type EnrolmentAnswer, type EnrolmentFault, type JoinRequest, newId } from "@nightflow/domain";
import { numberEnrolmentChange, type Sql } from "@nightflow/storage";
import {
  type Caller,
  type EnrolmentContext,
  EnrolmentRefusedProblem,
  keyOfRequest,
  nowOf,
  type RequestKey,
  sha256,
} from "./desk.ts";
import { asActor, noteEnrolment } from "./note.ts";
import { admitAgent, certificateOfKey, issueCertificate, revokeCertificates, standingOf } from "./state.ts";
import { faultOfToken, findToken, hasUsed, type TokenRow, useToken } from "./tokens.ts";

type Verdict = EnrolmentAnswer | { readonly status: "refused"; readonly fault: EnrolmentFault };

/**
 * Joins an agent by its token, or treats it as unknown where it has none.
 *
 * @throws {EnrolmentRefusedProblem} when it does not get in. Without a token the fault is the same whoever asks, so that
 *   nobody learns which agents there are.
 */
export async function join(context: EnrolmentContext, request: JoinRequest, address: string): Promise<EnrolmentAnswer> {
  const key = await keyOfRequest(context.desk, request.request);
  const caller = { site: request.site, agent: request.agent, address };
  const { token } = request;
  return token === undefined
    ? answered(await joinUnknown(context, caller, request, key))
    : answered(await joinByToken(context, caller, token, key));
}

/** What became of a request that was held. @throws {EnrolmentRefusedProblem} when it was rejected, or there is none. */
export async function outcomeOfRequest(
  context: EnrolmentContext,
  id: string,
  pollSecret: string,
): Promise<EnrolmentAnswer> {
  const { rows } = await context.db.query<HeldRow>(`${HELD} where r.id = $1`, [id]);
  return answered(await outcomeOf(context, rows[0], pollSecret));
}

function answered(verdict: Verdict): EnrolmentAnswer {
  if (verdict.status === "refused") throw new EnrolmentRefusedProblem(verdict.fault);
  return verdict;
}

async function joinByToken(context: EnrolmentContext, caller: Caller, text: string, key: RequestKey): Promise<Verdict> {
  // A made-up token costs one look and no lock.
  if ((await findToken(context.db, text)) === undefined) return refused("token-unknown");
  return await context.db.transaction(async (tx) => {
    const changeNo = await numberEnrolmentChange(tx);
    const token = await findToken(tx, text);
    if (token === undefined) return refused("token-unknown");
    if (await hasUsed(tx, token.id, caller, key.keyHash)) return await againOf(tx, context, caller, key);
    const standing = await standingOf(tx, caller);
    const fault = faultOfToken(token, caller, standing, nowOf(context.desk));
    if (fault === undefined) return await admitBy(tx, context, { token, caller, key, changeNo });
    await noteEnrolment(tx, context, asActor(caller), {
      action: "enrolment.refuse",
      who: caller,
      after: { fault, token: token.id },
    });
    return refused(fault);
  });
}

interface TokenUse {
  readonly token: TokenRow;
  readonly caller: Caller;
  readonly key: RequestKey;
  readonly changeNo: number;
}

async function admitBy(tx: Sql, context: EnrolmentContext, use: TokenUse): Promise<Verdict> {
  const { token, caller, key, changeNo } = use;
  const issued = await issueCertificate(tx, context, caller, { key, why: "token", changeNo });
  await useToken(tx, token.id, caller, key.keyHash);
  await admitAgent(tx, caller, { how: "token", by: token.created_by, changeNo });
  // A token by name is what replaces a gateway: the old one must not go on beside the new one.
  const { serial: exceptSerial } = issued;
  await revokeCertificates(tx, caller, { by: token.created_by, reason: "replaced", changeNo, exceptSerial });
  await noteEnrolment(tx, context, asActor(caller), {
    action: "enrolment.join",
    who: caller,
    after: { how: "token", token: token.id, serial: issued.serial, expiresAt: issued.expiresAt },
  });
  return issuedAs(context, issued.pem);
}

// The answer to its first request got lost: the same key gets the same certificate, as long as that is good.
async function againOf(tx: Sql, context: EnrolmentContext, caller: Caller, key: RequestKey): Promise<Verdict> {
  if ((await standingOf(tx, caller)) === "revoked") return refused("agent-revoked");
  const kept = await certificateOfKey(tx, caller, key.keyHash);
  if (kept === undefined || kept.is_revoked) return refused("token-used");
  return kept.expires_at <= nowOf(context.desk) ? refused("certificate-expired") : issuedAs(context, kept.pem);
}

interface HeldRow {
  readonly id: string;
  readonly site: string;
  readonly agent: string;
  readonly proof: string;
  readonly poll_hash: Buffer | null;
  readonly verdict: "approved" | "rejected" | null;
  readonly pem: string | null;
  readonly is_revoked: boolean | null;
}

const HELD = `select r.id, r.site, r.agent, r.proof, r.poll_hash, r.verdict, c.pem, c.revoked_at is not null as is_revoked
  from enrolment_request r left join agent_certificate c on c.serial = r.certificate_serial`;

async function joinUnknown(
  context: EnrolmentContext,
  caller: Caller,
  { request, pollSecret }: JoinRequest,
  { keyHash }: RequestKey,
): Promise<Verdict> {
  const { db, desk } = context;
  const { site, agent } = caller;
  const { rows } = await db.query<HeldRow>(`${HELD} where r.site = $1 and r.agent = $2 and r.proof = $3`, [
    site,
    agent,
    keyHash,
  ]);
  if (rows[0] !== undefined) return await outcomeOf(context, rows[0], pollSecret);
  if (desk.config.unknownAgents !== "hold") return refused("agent-unknown");
  return await hold(context, caller, { request, keyHash, pollHash: Buffer.from(sha256(pollSecret), "hex") });
}

interface NewRequest {
  readonly request: string;
  readonly keyHash: string;
  readonly pollHash: Buffer;
}

// Held whatever its name is, so that nobody learns by asking which agents there are; who approves sees that.
function hold(context: EnrolmentContext, caller: Caller, { request, keyHash, pollHash }: NewRequest): Promise<Verdict> {
  const { site, agent, address } = caller;
  const { maxHeld, pollSeconds: pollAfterS } = context.desk.config;
  return context.db.transaction(async (tx): Promise<Verdict> => {
    const changeNo = await numberEnrolmentChange(tx);
    const requestId = newId();
    const { rowCount } = await tx.query(
      `insert into enrolment_request (id, site, agent, proof, request, poll_hash, remote_address, change_no)
       select $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::bytea, $7::text, $8::bigint
        where (select count(*) from enrolment_request where verdict is null) < $9`,
      [requestId, site, agent, keyHash, request, pollHash, address, changeNo, maxHeld],
    );
    if (rowCount === 0) return refused("too-many-held");
    await noteEnrolment(tx, context, asActor(caller), {
      action: "enrolment.hold",
      who: caller,
      after: { request: requestId, fingerprint: keyHash },
    });
    return { status: "held", requestId, pollAfterS };
  });
}

async function outcomeOf(context: EnrolmentContext, held: HeldRow | undefined, pollSecret: string): Promise<Verdict> {
  const { db, desk } = context;
  if (held?.poll_hash == null || held.poll_hash.toString("hex") !== sha256(pollSecret)) return refused("agent-unknown");
  await db.query("update enrolment_request set asked_at = now() where id = $1", [held.id]);
  if (held.verdict === null) return { status: "held", requestId: held.id, pollAfterS: desk.config.pollSeconds };
  if (held.verdict === "rejected" || held.pem === null) return refused("agent-rejected");
  return held.is_revoked ? refused("certificate-revoked") : issuedAs(context, held.pem);
}

function issuedAs({ desk }: EnrolmentContext, certificate: string): EnrolmentAnswer {
  return { status: "issued", certificate, root: desk.signer.rootPem };
}

function refused(fault: EnrolmentFault): Verdict {
  return { status: "refused", fault };
}
