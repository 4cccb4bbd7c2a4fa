import { useQuery } from "@tanstack/react-query";
import { api, dataOf } from "../../api/client.ts";
import type { AccountDetail, AnomalyRow } from "../../api/queries.ts";
import { Panel } from "../../parts/panel.tsx";
import { useWords } from "../../words/use-words.ts";
import { CompactEvents } from "../events/compact-events.tsx";
import { words } from "./words.ts";

const MOST_SUBJECTS = 10;
const MOST_EVENTS = 10;

/** What was found about an account or its meters, newest first. */
export function AccountEvents(props: { readonly account: AccountDetail }) {
  const { say } = useWords("account", words);
  const { id, no, servicePoints } = props.account;
  const meters = servicePoints.flatMap((point) => point.meters.map((meter) => meter.id));
  const subjects = [id, no, ...meters].slice(0, MOST_SUBJECTS);
  const { data, error, refetch } = useQuery({
    queryKey: ["anomalies", "about", subjects],
    queryFn: async () => {
      const lists = await Promise.all(subjects.map(eventsAbout));
      return lists.flat().sort((a, b) => b.openedAt - a.openedAt);
    },
  });
  return (
    <Panel title={say("keyEvents")}>
      <CompactEvents
        events={data?.slice(0, MOST_EVENTS)}
        empty={say("noEvents")}
        error={error}
        onRetry={() => void refetch()}
      />
    </Panel>
  );
}

async function eventsAbout(subject: string): Promise<readonly AnomalyRow[]> {
  const query = { subject, state: "all", sort: "newest", limit: MOST_EVENTS } as const;
  return (await dataOf(api.GET("/api/anomalies", { params: { query } }))).items;
}
