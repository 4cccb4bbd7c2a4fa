import { api, dataOf } from "../../api/client.ts";
import { queryClient } from "../../api/query-client.ts";

/** Asks again for the log, and for what alarms show of planned work. */
export async function refreshShift(): Promise<void> {
  await queryClient.invalidateQueries({ predicate: ({ queryKey }) => OUTDATED.has(String(queryKey[0])) });
}

const OUTDATED = new Set(["shift-log", "planned-work", "anomalies", "anomaly"]);

/** Writes a note, about an event where one is named. */
export function writeNote(text: string, isCarried: boolean, anomalyId?: string) {
  const about = anomalyId === undefined ? {} : { anomalyId };
  return dataOf(api.POST("/api/shift-log", { body: { text, isCarried, ...about } }));
}

/** Hands the shift over. */
export function handOver(text: string) {
  return dataOf(api.POST("/api/shift-log/hand-over", { body: { text } }));
}

/** Takes a shift. */
export function acceptShift(id: string) {
  return dataOf(api.POST("/api/shift-log/{id}/accept", { params: { path: { id } }, body: { text: "" } }));
}

/** Settles a carried entry, or carries it again. */
export function settle(id: string, isSettled: boolean) {
  const params = { path: { id } };
  return isSettled
    ? dataOf(api.POST("/api/shift-log/{id}/settle", { params }))
    : dataOf(api.POST("/api/shift-log/{id}/carry-on", { params }));
}

/** Ends planned work before its time. */
export function cancelWork(id: string) {
  return dataOf(api.POST("/api/planned-work/{id}/cancel", { params: { path: { id } } }));
}
