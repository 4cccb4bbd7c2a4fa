import { nearestName } from "@nightflow/domain";

/** The remedy for a name that is none: the one that was probably meant, else all that there are. */
export function knownNames(written: string, names: readonly string[]): string {
  const nearest = nearestName(written, names);
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return names.length === 0 ? "there are none" : `known are ${names.join(", ")}`;
}
