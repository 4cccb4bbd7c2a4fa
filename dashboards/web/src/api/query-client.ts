import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./client.ts";

const MOST_RETRIES = 2;

/** A refusal stays a refusal: only answers that another try may change are asked for again. */
export function mayRetry(failures: number, error: unknown): boolean {
  if (error instanceof ApiProblem && error.status >= 400 && error.status < 500) return false;
  return failures < MOST_RETRIES;
}

let sessionEnded: () => void = () => undefined;

/** Says what happens when the server no longer knows the session. */
export function onSessionEnded(listener: () => void): void {
  sessionEnded = listener;
}

/** What the server said last, and when. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof ApiProblem && error.status === 401) sessionEnded();
    },
  }),
  defaultOptions: {
    queries: { staleTime: 5_000, retry: mayRetry, networkMode: "always" },
    mutations: { retry: false, networkMode: "always" },
  },
});
