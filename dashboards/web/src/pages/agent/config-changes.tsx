import { useWords } from "../../words/use-words.ts";
import type { ConfigChanges } from "./config-queries.ts";
import { words } from "./words.ts";

const NAMED = 4;

/** What differs between two configurations: buses and channels by id, other parts by name. */
export function Changes({ changes }: { readonly changes: ConfigChanges }) {
  const { say } = useWords("agent", words);
  const partOf = ({ added, removed, changed }: ConfigChanges["buses"]) =>
    [
      added.length > 0 && say("added", { list: listOf(added) }),
      removed.length > 0 && say("removed", { list: listOf(removed) }),
      changed.length > 0 && say("changed", { list: listOf(changed) }),
    ].filter((text) => text !== false);
  const buses = partOf(changes.buses);
  const channels = partOf(changes.channels);
  return (
    <span className="nf-lines nf-small">
      {buses.length > 0 && (
        <span>
          {say("busesWord")}
          {buses.join("; ")}
        </span>
      )}
      {channels.length > 0 && (
        <span>
          {say("channelsWord")}
          {channels.join("; ")}
        </span>
      )}
      {changes.other.length > 0 && <span>{changes.other.join(", ")}</span>}
    </span>
  );
}

function listOf(ids: readonly string[]): string {
  const more = ids.length - NAMED;
  return ids.slice(0, NAMED).join(", ") + (more > 0 ? ` +${more}` : "");
}
