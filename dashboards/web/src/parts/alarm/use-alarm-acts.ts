import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import { queryClient } from "../../api/query-client.ts";
import { useSession } from "../../api/session.ts";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

type Ids = readonly string[];
type Changed = Awaited<ReturnType<typeof sendAcknowledge>>;

/** One thing that was done to alarms: what is said about it, and what takes it back. */
interface Act {
  readonly send: () => Promise<Changed>;
  readonly said: "acknowledged" | "unacknowledged" | "shelved" | "unshelved" | "taken" | "letGoDone";
  readonly undo?: (changed: Ids) => Act;
}

/** What was done last. */
export interface ActDone {
  readonly text: string;
  readonly undo: (() => void) | null;
}

/** What an operator does about alarms, one or many; each says what it did, and most can be taken back. */
export interface AlarmActs {
  readonly acknowledge: (ids: Ids) => void;
  readonly shelve: (ids: Ids, forMinutes: number, reason: string) => void;
  readonly unshelve: (ids: Ids) => void;
  /** The person who asks is on it from now. */
  readonly takeOn: (ids: Ids) => void;
  readonly letGo: (ids: Ids) => void;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly done: ActDone | null;
}

const sendAcknowledge = (ids: Ids) => dataOf(api.POST("/api/alarms/acknowledge", { body: { ids: [...ids] } }));
const sendUnacknowledge = (ids: Ids) => dataOf(api.POST("/api/alarms/unacknowledge", { body: { ids: [...ids] } }));
const sendUnshelve = (ids: Ids) => dataOf(api.POST("/api/alarms/unshelve", { body: { ids: [...ids] } }));
const sendTakeOn = (ids: Ids, ownerId: string | null) =>
  dataOf(api.POST("/api/alarms/take-on", { body: { ids: [...ids], ownerId } }));
const sendShelve = (ids: Ids, forMinutes: number, reason: string) =>
  dataOf(api.POST("/api/alarms/shelve", { body: { ids: [...ids], forMinutes, reason } }));

const unacknowledging = (ids: Ids): Act => ({ send: () => sendUnacknowledge(ids), said: "unacknowledged" });
const acknowledging = (ids: Ids): Act => ({
  send: () => sendAcknowledge(ids),
  said: "acknowledged",
  undo: unacknowledging,
});
const unshelving = (ids: Ids): Act => ({ send: () => sendUnshelve(ids), said: "unshelved" });
const shelving = (ids: Ids, forMinutes: number, reason: string): Act => ({
  send: () => sendShelve(ids, forMinutes, reason),
  said: "shelved",
  undo: unshelving,
});
const lettingGo = (ids: Ids): Act => ({ send: () => sendTakeOn(ids, null), said: "letGoDone" });
const taking = (ids: Ids, ownerId: string): Act => ({
  send: () => sendTakeOn(ids, ownerId),
  said: "taken",
  undo: lettingGo,
});

/** The acts of the signed-in person. */
export function useAlarmActs(): AlarmActs {
  const { say } = useWords("alarm", words);
  const { user } = useSession();
  const [done, setDone] = useState<ActDone | null>(null);
  const acting = useMutation({
    mutationFn: (act: Act) => act.send(),
    onSuccess: async ({ changed, skipped }, act) => {
      const { undo } = act;
      const rest = skipped.length === 0 ? "" : ` ${say("skipped", { count: skipped.length })}`;
      setDone({
        text: `${say(act.said, { count: changed.length })}${rest}`,
        undo: undo === undefined || changed.length === 0 ? null : () => acting.mutate(undo(changed)),
      });
      await queryClient.invalidateQueries({ predicate: ({ queryKey }) => OUTDATED.has(String(queryKey[0])) });
    },
  });
  const run = (act: Act, ids: Ids) => {
    if (ids.length > 0) acting.mutate(act);
  };
  return {
    acknowledge: (ids) => run(acknowledging(ids), ids),
    shelve: (ids, forMinutes, reason) => run(shelving(ids, forMinutes, reason), ids),
    unshelve: (ids) => run(unshelving(ids), ids),
    takeOn: (ids) => run(taking(ids, user.id), ids),
    letGo: (ids) => run(lettingGo(ids), ids),
    isPending: acting.isPending,
    error: acting.error,
    done,
  };
}

const OUTDATED = new Set(["anomalies", "anomaly", "overview", "shift-log"]);
