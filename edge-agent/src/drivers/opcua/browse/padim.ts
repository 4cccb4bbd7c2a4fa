import type { Quantity } from "@nightflow/domain";

/** What a variable of PA-DIM is to us. */
export interface PaDimKind {
  /** Name of its type. */
  readonly type: string;
  readonly quantity: Quantity;
  /** Volume at base conditions, and not at those of the meter. */
  readonly isBase: boolean;
}

const PADIM = "http://opcfoundation.org/UA/PADIM/";

/** Variable types by their number. @see OPC 30081 v1.02, section 8 */
const KINDS: Readonly<Record<number, PaDimKind>> = {
  1120: { type: "TemperatureMeasurement", quantity: "temperature", isBase: false },
  1121: { type: "PressureMeasurement", quantity: "pressure", isBase: false },
  1122: { type: "FlowMeasurement", quantity: "flow", isBase: false },
  1126: { type: "Totalizer", quantity: "forward_total", isBase: false },
  1134: { type: "ActualVolumeFlowRate", quantity: "flow", isBase: false },
  1135: { type: "NormalizedVolumeFlowRate", quantity: "flow", isBase: true },
};

/** The kind of a variable type by its namespace and number; null for one that meters do not have. */
export function padimKindOf(namespaceUri: string | undefined, id: unknown): PaDimKind | null {
  return namespaceUri === PADIM && typeof id === "number" ? (KINDS[id] ?? null) : null;
}
