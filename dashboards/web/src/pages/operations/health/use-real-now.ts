import { useEffect, useState } from "react";

/** Real time of this browser, refreshed every `everyMs`. Operations tell real time, not the business clock. */
export function useRealNow(everyMs = 1_000): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
