import type { AccountTerms, Quantity, Unit } from "@nightflow/domain";

/** What detectors need to know of one channel's meter. One entry per channel. */
export interface MeteredChannel {
  readonly channel: string;
  readonly meter: string;
  readonly purpose: "customer" | "dma" | "station";
  readonly commodity: "water" | "gas";
  readonly quantity: Quantity;
  /** Unit of a gauge's values; while it is left out a pressure is in kPa. */
  readonly unit?: Unit;
  readonly periodMs: number;
  /** Litres of one count (gas: litres at the meter or at base conditions); null for gauges. */
  readonly litresPerCount: number | null;
  readonly capacityCounts: number | null;
  readonly maxCountsPerHour: number | null;
  readonly q3M3h: number | null;
  /** District that a customer's meter stands in. */
  readonly dma: string | null;
  /** Districts that a meter feeds (+1) or drains (-1). */
  readonly inletOf: readonly { readonly dma: string; readonly sign: 1 | -1 }[];
  readonly account: string | null;
  /** Since when its account or service point is suspended or closed; null or absent while both are active. */
  readonly inactiveSinceMs?: number | null;
  readonly isKeyAccount: boolean;
  /** What is agreed with the key account, and when it works; absent where nothing is. */
  readonly terms?: AccountTerms;
  readonly unitId: string;
  readonly unitPath: string;
  readonly zone: string;
  readonly currency: string;
  readonly pricePerM3: number;
  /** `site/agent` that is expected to read it; null for imported files. */
  readonly agent: string | null;
  /** Meter through which all of its flow has gone before; its children together are held against it. */
  readonly parent?: string | null;
  /** Largest error by the meter's class, percent. */
  readonly errorPercent?: number | null;
  /** Whether it is a temperature of the outdoor air. */
  readonly isOutdoor?: boolean;
  /** Channel with the outdoor air's temperature here. */
  readonly weather?: string | null;
  /** Holidays of its unit, by their first and last local day. */
  readonly holidays?: readonly { readonly first: string; readonly last: string }[];
  /** Limits of the zone that it stands in, in place of those of PRESS_LOW and PRESS_HIGH. */
  readonly pressureLimits?: { readonly lowKPa: number | null; readonly highKPa: number | null } | null;
}

const PREFERENCE: Readonly<Record<MeteredChannel["commodity"], readonly Quantity[]>> = {
  water: ["forward_total", "net_total"],
  gas: ["vb_total", "vm_total", "forward_total"],
};

/** The channel by which each meter is judged: water by its forward total (district meters by the net one), gas by volume at base conditions. */
export function primaryChannels(channels: readonly MeteredChannel[]): Map<string, MeteredChannel> {
  const best = new Map<string, MeteredChannel>();
  for (const channel of channels) prefer(best, channel);
  return best;
}

/** Puts a channel among those that meters are judged by, by meter, where it is a better one than what its meter has. */
export function prefer(best: Map<string, MeteredChannel>, channel: MeteredChannel): void {
  const known = best.get(channel.meter);
  if (channel.litresPerCount === null || preferenceOf(channel) < 0) return;
  if (!known || preferenceOf(channel) < preferenceOf(known)) best.set(channel.meter, channel);
}

function preferenceOf(channel: MeteredChannel): number {
  if (channel.purpose === "dma" && channel.quantity === "net_total") return 0;
  const at = PREFERENCE[channel.commodity].indexOf(channel.quantity);
  return at < 0 ? at : at + 1;
}
