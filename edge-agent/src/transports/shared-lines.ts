import type { Bus, Transport } from "@nightflow/domain";
import { registrationKey } from "./registration.ts";

/** What is wrong among buses that name one line twice: a serial port has one owner, and a device dials one bus. */
export function faultsOfSharedLines(buses: readonly Bus[]): string[] {
  const owners = new Map<string, string>();
  return buses.flatMap((bus) => {
    if (!("transport" in bus)) return [];
    const line = lineOf(bus.transport);
    if (line === undefined) return [];
    const owner = owners.get(line);
    owners.set(line, owner ?? bus.id);
    return owner === undefined
      ? []
      : [`bus ${bus.id}: transport: ${line} is that of bus ${owner} already; give its meters to that bus`];
  });
}

/** The line in words; undefined where it may be there twice. */
function lineOf(transport: Transport): string | undefined {
  if (transport.kind === "serial") return `serial port ${transport.path}`;
  if (transport.kind === "dial-in")
    return `registration ${registrationKey(transport.registration)} on port ${transport.port}`;
  return undefined;
}
