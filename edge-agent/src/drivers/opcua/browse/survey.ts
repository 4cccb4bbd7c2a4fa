import {
  AttributeIds,
  BrowseDirection,
  type ClientSession,
  DataType,
  type DataValue,
  type NodeId,
  type Variant,
} from "node-opcua-client";
import type { ServerLimits } from "../session/limits.ts";
import { nameOf, statusOf } from "../session/samples.ts";
import { within } from "../session/within.ts";
import { matchPath, mayMatchBelow, parsePath } from "./glob.ts";
import { type PaDimKind, padimKindOf } from "./padim.ts";
import { codeOf, type EngineeringUnit } from "./units.ts";
import { type WalkedNode, walkDown } from "./walk.ts";

/** What is known of a variable of a server. */
export interface SurveyedNode {
  readonly names: readonly string[];
  /** With the namespace's URI, so that it holds after a restart. */
  readonly nodeId: string;
  readonly dataType: string | null;
  readonly value: string;
  readonly isNumber: boolean;
  readonly status: string;
  readonly unit: EngineeringUnit | null;
  readonly unitText: string | null;
  readonly hasHistory: boolean;
  /** What PA-DIM calls it; null for other nodes. */
  readonly padim: PaDimKind | null;
}

/** How far a survey looks. */
export interface SurveyOptions {
  readonly path: string;
  readonly maxDepth: number;
  readonly maxNodes: number;
}

const READ_MS = 15_000;
const HISTORY_READ_BIT = 4;

/** Variables that a pattern leads to, or that lie below what it leads to. @throws when the server does not answer. */
export async function survey(
  session: ClientSession,
  limits: ServerLimits,
  { path, maxDepth, maxNodes }: SurveyOptions,
): Promise<{ readonly nodes: readonly SurveyedNode[]; readonly isCut: boolean }> {
  const pattern = parsePath(path);
  const deep = [...pattern, { kind: "any" as const }];
  const walk = await walkDown(session, { maxDepth, maxNodes, nodesPerRequest: limits.nodesPerBrowse }, (node) =>
    isWorth(node) ? mayMatchBelow(deep, node.names) : false,
  );
  const wanted = walk.nodes.filter(
    (node) => node.nodeClass === "variable" && matchPath(deep, node.names) !== undefined,
  );
  const namespaces = await session.readNamespaceArray();
  const units = unitsByParent(walk.nodes);
  const shown = wanted.filter(({ names }) => !PROPERTIES.has(names.at(-1) ?? ""));
  const nodes: SurveyedNode[] = [];
  for (let from = 0; from < shown.length; from += 100)
    nodes.push(...(await describeNodes(session, limits, shown.slice(from, from + 100), units, namespaces)));
  return { nodes, isCut: walk.isCut };
}

/** Everything below the server's own object is about the server itself. */
function isWorth({ names }: WalkedNode): boolean {
  return !(names[0] === "Objects" && names[1] === "Server") && names[0] !== "Types" && names[0] !== "Views";
}

const PROPERTIES = new Set([
  "EngineeringUnits",
  "EURange",
  "InstrumentRange",
  "Definition",
  "ValuePrecision",
  "HA Configuration",
  "InputArguments",
  "OutputArguments",
]);

function unitsByParent(nodes: readonly WalkedNode[]): ReadonlyMap<string, NodeId> {
  const units = nodes.filter(({ names }) => names.at(-1) === "EngineeringUnits");
  return new Map(units.map(({ names, nodeId }) => [names.slice(0, -1).join("/"), nodeId]));
}

async function describeNodes(
  session: ClientSession,
  limits: ServerLimits,
  nodes: readonly WalkedNode[],
  units: ReadonlyMap<string, NodeId>,
  namespaces: readonly string[],
): Promise<SurveyedNode[]> {
  const unitIds = nodes.map(({ names }) => units.get(names.join("/")));
  const asked = nodes.flatMap(({ nodeId }, at) => [
    { nodeId, attributeId: AttributeIds.Value },
    { nodeId, attributeId: AttributeIds.UserAccessLevel },
    { nodeId: unitIds[at] ?? nodeId, attributeId: AttributeIds.Value },
  ]);
  const values = await readAll(session, asked, limits.nodesPerRead);
  const padim = await kindsOf(session, nodes, namespaces);
  return nodes.map(({ names, nodeId }, at) => {
    const [value, access, unit] = values.slice(at * 3, at * 3 + 3);
    const told = unitIds[at] === undefined ? null : unitIn(unit);
    const isBad = value === undefined || statusOf(value.statusCode) === "bad";
    return {
      names,
      nodeId: stableId(nodeId, namespaces),
      dataType: isBad ? null : (DataType[value.value?.dataType] ?? null),
      value: isBad ? "" : textOf(value.value),
      isNumber: !isBad && isNumeric(value.value),
      status: value === undefined ? "BadNoData" : nameOf(value.statusCode),
      unit: told,
      unitText: told === null ? null : (told.displayName ?? codeOf(told.unitId)),
      hasHistory: (Number(access?.value?.value ?? 0) & HISTORY_READ_BIT) !== 0,
      padim: padim.get(nodeId.toString()) ?? null,
    };
  });
}

async function readAll(
  session: ClientSession,
  nodes: readonly { readonly nodeId: NodeId; readonly attributeId: AttributeIds }[],
  size: number,
): Promise<DataValue[]> {
  const values: DataValue[] = [];
  for (let from = 0; from < nodes.length; from += size)
    values.push(...(await within(READ_MS, "a read", session.read(nodes.slice(from, from + size)))));
  return values;
}

/** PA-DIM's kind of nodes by their type or a type that it comes from. */
async function kindsOf(
  session: ClientSession,
  nodes: readonly WalkedNode[],
  namespaces: readonly string[],
): Promise<ReadonlyMap<string, PaDimKind>> {
  const known = new Map<string, PaDimKind | null>();
  const kinds = new Map<string, PaDimKind>();
  for (const { nodeId, typeDefinition } of nodes) {
    if (typeDefinition === null) continue;
    const key = typeDefinition.toString();
    const kind = known.get(key) ?? (known.has(key) ? null : await kindOfType(session, typeDefinition, namespaces));
    known.set(key, kind);
    if (kind !== null) kinds.set(nodeId.toString(), kind);
  }
  return kinds;
}

const MAX_ANCESTORS = 6;

async function kindOfType(
  session: ClientSession,
  type: NodeId,
  namespaces: readonly string[],
): Promise<PaDimKind | null> {
  let next: NodeId | undefined = type;
  for (let step = 0; next !== undefined && step < MAX_ANCESTORS; step++) {
    const kind = padimKindOf(namespaces[next.namespace], next.value);
    if (kind !== null) return kind;
    if (next.namespace === 0) return null;
    next = await superTypeOf(session, next);
  }
  return null;
}

async function superTypeOf(session: ClientSession, nodeId: NodeId): Promise<NodeId | undefined> {
  const upwards = { referenceTypeId: "i=45", browseDirection: BrowseDirection.Inverse, includeSubtypes: true };
  const result = await within(READ_MS, "browsing", session.browse({ nodeId, ...upwards, resultMask: 63 }));
  return result.references?.[0]?.nodeId;
}

function unitIn(value: DataValue | undefined): EngineeringUnit | null {
  const told: unknown = value?.value?.value;
  if (typeof told !== "object" || told === null || !("unitId" in told)) return null;
  const { unitId } = told;
  const uri = "namespaceUri" in told && typeof told.namespaceUri === "string" ? told.namespaceUri : null;
  const name: unknown = "displayName" in told ? told.displayName : null;
  const text =
    typeof name === "object" && name !== null && "text" in name && typeof name.text === "string" ? name.text : null;
  return { namespaceUri: uri, unitId: Number(unitId), displayName: text };
}

function stableId(nodeId: NodeId, namespaces: readonly string[]): string {
  const uri = namespaces[nodeId.namespace];
  if (nodeId.namespace === 0 || uri === undefined) return nodeId.toString().replace(/^ns=0;/, "");
  return nodeId.toString().replace(/^ns=\d+;/, `nsu=${uri.replaceAll("%", "%25").replaceAll(";", "%3B")};`);
}

function isNumeric(variant: Variant): boolean {
  return variant.dataType >= DataType.SByte && variant.dataType <= DataType.Double;
}

function textOf(variant: Variant): string {
  const { value } = variant;
  const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  return (text ?? "").slice(0, 60);
}
