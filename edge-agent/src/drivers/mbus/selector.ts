import type { MbusRecord } from "./records.ts";
import type { MbusQuantity } from "./vif.ts";

/** Which record of a meter feeds a channel. */
export interface MbusSelector {
  readonly quantity: MbusQuantity;
  readonly function: MbusRecord["function"];
  readonly flavour: MbusRecord["flavour"];
  readonly storage: number;
  readonly tariff: number;
  readonly subunit: number;
}

/** The quantities that a channel can show. */
export const SELECTABLE = [
  "volume",
  "flow",
  "temperature",
  "return_temperature",
  "external_temperature",
  "pressure",
  "voltage",
] as const satisfies readonly MbusQuantity[];

const FUNCTIONS = new Set<string>(["max", "min", "error"]);
const FLAVOURS = new Set<string>(["reverse", "base"]);

/**
 * What a text such as `volume`, `flow.max`, `volume.s1` (storage 1), `volume.t2` (tariff 2), `volume.u1` (subunit 1),
 * `volume.reverse` or `volume.base` selects; undefined when it is no such text.
 */
export function parseSelector(text: string): MbusSelector | undefined {
  const [name, ...parts] = text.split(".");
  const quantity = SELECTABLE.find((one) => one === name);
  if (quantity === undefined) return undefined;
  const selector = { function: "current", flavour: "plain", storage: 0, tariff: 0, subunit: 0 };
  for (const part of parts) {
    const numbered = /^([stu])(\d{1,4})$/.exec(part);
    if (FUNCTIONS.has(part)) selector.function = part;
    else if (FLAVOURS.has(part)) selector.flavour = part;
    else if (numbered !== null) selector[PLACES[numbered[1] ?? ""] ?? "storage"] = Number(numbered[2]);
    else return undefined;
  }
  return { quantity, ...selector } as MbusSelector;
}

const PLACES: Readonly<Record<string, "storage" | "tariff" | "subunit">> = { s: "storage", t: "tariff", u: "subunit" };

/** The first record that is meant; records whose extensions are not understood are never it. */
export function findRecord(records: readonly MbusRecord[], selector: MbusSelector): MbusRecord | undefined {
  return records.find(
    (record) =>
      record.isUnderstood &&
      record.quantity === selector.quantity &&
      record.function === selector.function &&
      record.flavour === selector.flavour &&
      record.storage === selector.storage &&
      record.tariff === selector.tariff &&
      record.subunit === selector.subunit,
  );
}
