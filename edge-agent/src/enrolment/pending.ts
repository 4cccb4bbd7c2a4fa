import { randomBytes } from "node:crypto";
import type { IdentityStore, PendingRequest } from "./identity-store.ts";
import { makePrivateKey, makeRequest } from "./request.ts";

const SECRET_BYTES = 32;

/** The request that waits on disk, or a new one that does from now on: a crash after this repeats it with the same key. */
export async function pendingRequest(
  store: IdentityStore,
  purpose: PendingRequest["purpose"],
  agent: string,
): Promise<PendingRequest> {
  const kept = await store.pending(purpose);
  if (kept !== undefined) return kept;
  const privateKey = makePrivateKey();
  const request = makeRequest(privateKey, agent);
  const pollSecret = randomBytes(SECRET_BYTES).toString("base64url");
  const pending: PendingRequest = { v: 1, purpose, privateKey, request, pollSecret, requestId: null };
  await store.savePending(pending);
  return pending;
}
