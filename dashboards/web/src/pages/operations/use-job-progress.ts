import { useEffect, useState } from "react";
import type { JobRow } from "../../api/operations-queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";

const OVER: ReadonlySet<JobRow["state"]> = new Set(["done", "dead", "cancelled"]);
/** First parts of the query keys that are old when a job is over. */
const OUTDATED = new Set(["set-aside", "jobs", "collection"]);

/** Asks again for whatever a decision or a job may have changed. */
export function askAgain(): Promise<void> {
  return queryClient.invalidateQueries({ predicate: ({ queryKey }) => OUTDATED.has(String(queryKey[0])) });
}

/** A job as it gets on, told by the server; undefined until it has told something, or for those who may not see jobs. */
export function useJobProgress(id: string | undefined): JobRow | undefined {
  const mayRead = useMay("system.job.read");
  const [job, setJob] = useState<JobRow>();
  useEffect(() => {
    setJob(undefined);
    if (id === undefined || !mayRead) return;
    const source = new EventSource(`/api/jobs/${id}/progress`);
    source.addEventListener("job", (event) => {
      const told = JSON.parse(String(event.data)) as JobRow;
      setJob(told);
      if (!OVER.has(told.state)) return;
      source.close();
      void askAgain();
    });
    return () => source.close();
  }, [id, mayRead]);
  return job;
}
