import { channelIdOf, ID_PATTERN, isRegister, type Quantity, type Unit } from "@nightflow/domain";
import type { SurveyedNode } from "./survey.ts";
import { type KnownUnit, unitOf } from "./units.ts";

/** An item and its channel as they could stand in a configuration. */
export interface SuggestedItem {
  readonly item: { readonly meter: string; readonly nodeId: string; readonly channel: string; readonly scale: number };
  readonly channel: {
    readonly id: string;
    readonly quantity: Quantity;
    readonly unit: Unit;
    readonly resolution?: number;
  };
}

/** What a person has to look at when nothing says more: one count is a litre. */
const RESOLUTION = 0.001;

/**
 * Items for nodes whose unit or PA-DIM type says what they measure; the first of a meter's quantity only. Nodes that say
 * neither are left to a person.
 */
export function suggestItems(nodes: readonly SurveyedNode[]): SuggestedItem[] {
  const taken = new Set<string>();
  return nodes.flatMap((node) => {
    const suggested = suggestOne(node);
    if (suggested === undefined || taken.has(suggested.channel.id)) return [];
    taken.add(suggested.channel.id);
    return [suggested];
  });
}

function suggestOne(node: SurveyedNode): SuggestedItem | undefined {
  if (!node.isNumber) return undefined;
  const told = node.unit === null ? undefined : unitOf(node.unit);
  const known = told && (node.padim?.isBase === true ? atBase(told) : told);
  const quantity = known && (quantityOf(node, known.unit) ?? undefined);
  const meter = meterOf(node);
  if (known === undefined || quantity === undefined || meter === undefined) return undefined;
  const id = channelIdOf(meter, quantity);
  const resolution = isRegister(quantity) ? { resolution: RESOLUTION } : {};
  return {
    item: { meter, nodeId: node.nodeId, channel: id, scale: known.scale },
    channel: { id, quantity, unit: known.unit, ...resolution },
  };
}

/** A normalized flow in plain m³/h is at base conditions by its type, whatever its unit's name. PA-DIM's are at 0 °C. */
function atBase({ unit, scale }: KnownUnit): KnownUnit {
  const toBase = 293.15 / 273.15;
  if (unit === "m3/h") return { unit: "Sm3/h", scale: scale * toBase };
  if (unit === "m3/s") return { unit: "Sm3/h", scale: scale * 3600 * toBase };
  if (unit === "L/h") return { unit: "Sm3/h", scale: scale * 0.001 * toBase };
  return { unit, scale };
}

function quantityOf(node: SurveyedNode, unit: Unit): Quantity | null {
  const isReverse = /rev|back|neg|反/i.test(node.names.slice(-2).join(" "));
  const byUnit = BY_UNIT[unit] ?? null;
  if (byUnit === "forward_total" && isReverse) return "reverse_total";
  if (node.padim?.quantity === "forward_total" && unit === "Sm3") return "vb_total";
  // A type that contradicts the unit is not believed: a totalizer in m³/h is none.
  return node.padim !== null && byUnit !== null && node.padim.quantity !== byUnit ? null : byUnit;
}

const BY_UNIT: Partial<Record<Unit, Quantity>> = {
  m3: "forward_total",
  L: "forward_total",
  Sm3: "vb_total",
  "m3/h": "flow",
  "m3/s": "flow",
  "L/h": "flow",
  "Sm3/h": "flow",
  kPa: "pressure",
  bar: "pressure",
  Cel: "temperature",
  V: "battery",
};

/** The device that a node belongs to: above PA-DIM's SignalSet, else the object that holds the node. */
function meterOf({ names }: SurveyedNode): string | undefined {
  const set = names.indexOf("SignalSet");
  const name = (set > 0 ? names[set - 1] : names.at(-2)) ?? "";
  const id = name.replaceAll(/[^A-Za-z0-9_.:-]+/g, "-").slice(0, 48);
  return ID_PATTERN.test(id) ? id : undefined;
}
