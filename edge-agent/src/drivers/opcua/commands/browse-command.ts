import { suggestItems } from "../browse/suggest.ts";
import { type SurveyedNode, survey } from "../browse/survey.ts";
import { limitsOf } from "../session/limits.ts";
import { type SessionPlace, withSession } from "../session/open-session.ts";

/** What to look at, and how far. */
export interface BrowseOrder {
  readonly place: SessionPlace;
  readonly dataDir: string;
  readonly path: string;
  readonly maxDepth: number;
  readonly maxNodes: number;
  /** The stub of a configuration, in place of the list. */
  readonly items: boolean;
  readonly periodS: number;
}

/** Lists a server's variables, or writes the items that they suggest, as JSON. @throws {OpcUaLinkError} */
export async function browseCommand({ place, dataDir, ...order }: BrowseOrder): Promise<string[]> {
  const { nodes, isCut } = await withSession(place, dataDir, async (session) =>
    survey(session, await limitsOf(session), order),
  );
  if (order.items) return [JSON.stringify(stubOf(place, nodes, order.periodS), undefined, 2)];
  const cut = isCut ? ["(not all: raise --depth or --max)"] : [];
  return [...tableOf(nodes), `${nodes.length} variables`, ...cut];
}

function tableOf(nodes: readonly SurveyedNode[]): string[] {
  return nodes.flatMap((node) => {
    const { names, nodeId, dataType, value, unitText, hasHistory, padim, status } = node;
    const shown = status === "Good" ? value : status;
    const notes = [dataType, padim && `PA-DIM ${padim.type}`, hasHistory ? "history" : null].filter(Boolean);
    return [`${names.join("/")}`, `  ${nodeId}  =  ${shown} ${unitText ?? ""}  (${notes.join(", ")})`];
  });
}

/** Channels and one bus, as they could stand in the agent's configuration. */
function stubOf({ endpointUrl, security, identity }: SessionPlace, nodes: readonly SurveyedNode[], periodS: number) {
  const suggested = suggestItems(nodes);
  const items = suggested.map(({ item }) => item);
  const bus = { id: "opcua-1", kind: "opcua", endpointUrl, security, identity, periodS, items };
  return { v: 1, channels: suggested.map(({ channel }) => channel), buses: [bus] };
}
