import type { OrderBody } from "../commands/queries.ts";

/** Where a test read goes. */
export interface TestPlace {
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
}

interface RegisterParts {
  readonly quantity?: unknown;
  readonly unit?: unknown;
  readonly resolution?: unknown;
}

const METER = "test";

/** The order that reads every register of a profile once at a place; null while the profile has none. */
export function testOrder(profile: unknown, place: TestPlace): OrderBody["order"] | null {
  const { name, registers } = (profile ?? {}) as { readonly name?: unknown; readonly registers?: unknown };
  if (typeof name !== "string" || typeof registers !== "object" || registers === null) return null;
  const named = Object.entries(registers as Record<string, RegisterParts>);
  if (named.length === 0) return null;
  const channelOf = (register: string) => `${METER}.${register}`;
  return {
    kind: "test-read",
    busConfig: {
      id: "test",
      kind: "modbus-tcp",
      host: place.host,
      port: place.port,
      units: [
        {
          meter: METER,
          unitId: place.unitId,
          profile: name,
          periodS: 3600,
          channels: Object.fromEntries(named.map(([register]) => [register, channelOf(register)])),
        },
      ],
    },
    channels: named.map(([register, { quantity, unit, resolution }]) => ({
      id: channelOf(register),
      quantity,
      unit,
      ...(resolution === undefined ? {} : { resolution }),
    })),
    profiles: { [name]: profile },
  };
}
