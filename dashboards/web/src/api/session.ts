import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api, dataOf } from "./client.ts";
import type { components } from "./generated/schema.d.ts";
import { queryClient } from "./query-client.ts";

/** Who is signed in, with rights, unit, zone and clock. */
export type Session = components["schemas"]["Session"];
/** A right, `area.resource.verb`. */
export type Permission = Session["permissions"][number];

/** A session with the real instant at which the server told it, so that its clock can go on. */
export type TimedSession = Session & { readonly heardAtMs: number };

/** The session; asked for once, and again when somebody signs in or out. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<TimedSession> => timed(await dataOf(api.GET("/api/session"))),
  staleTime: 5 * 60_000,
});

function timed(session: Session): TimedSession {
  return { ...session, heardAtMs: Date.now() };
}

/** The session on pages behind the sign-in. */
export function useSession(): TimedSession {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether the person may do something; what he may not is not shown. */
export function useMay(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}

/** Signs in and keeps the session. @throws {ApiProblem} when refused. */
export async function signIn(login: string, password: string): Promise<TimedSession> {
  const session = timed(await dataOf(api.POST("/api/session", { body: { login, password } })));
  queryClient.clear();
  queryClient.setQueryData(sessionQuery.queryKey, session);
  return session;
}

/** Ends the session and forgets everything the server told. */
export async function signOut(): Promise<void> {
  await dataOf(api.DELETE("/api/session"));
  queryClient.clear();
}
