import { ApiClient } from "../demo/api-client.ts";

const ADMIN = { login: "anna", password: "a long enough password" };

/**
 * Follows the one-time link that a fresh Nightflow prints, as its first administrator would, and signs in.
 *
 * @param output what `nightflow up` has printed, the link included.
 */
export async function makeFirstAdmin(apiUrl: string, output: string): Promise<ApiClient> {
  const [, token] = /setup#token=(\S+)/.exec(output) ?? [];
  await fetch(`${apiUrl}/api/setup`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: apiUrl },
    body: JSON.stringify({ ...ADMIN, token }),
  });
  const client = new ApiClient(apiUrl);
  await client.signIn(ADMIN.login, ADMIN.password);
  return client;
}
