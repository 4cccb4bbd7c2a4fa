import { useEffect, useState } from "react";
import { type TimedSession, useSession } from "../api/session.ts";

/** Business time now, from what the server said at the sign-in and the real time that has passed since. */
export function businessNow(
  session: Pick<TimedSession, "now" | "clockFactor" | "heardAtMs">,
  realNowMs: number,
): number {
  return session.now + (realNowMs - session.heardAtMs) * session.clockFactor;
}

/** Business time, refreshed every `everyMs` real milliseconds. */
export function useBusinessNow(everyMs = 5_000): number {
  const session = useSession();
  const [realNowMs, setRealNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setRealNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return businessNow(session, Math.max(realNowMs, session.heardAtMs));
}

/** Business time at this very render, so that what has just come is never ahead of the clock. Not for keys of queries. */
export function useNowOfRender(): number {
  const session = useSession();
  useBusinessNow();
  return businessNow(session, Math.max(Date.now(), session.heardAtMs));
}
