import { SPARKPLUG_ROOT } from "./topic.ts";

/** Where a host says whether it is there. @see Sparkplug 3.0.0, 6.4.29 and 5.14 (STATE) */
export function hostStateTopic(hostId: string): string {
  return `${SPARKPLUG_ROOT}/STATE/${hostId}`;
}

/** What it says: retained, QoS 1. A node believes the newest; a will has the time of the birth that it belongs to. */
export function hostState(online: boolean, timestamp: number): string {
  return JSON.stringify({ online, timestamp });
}
