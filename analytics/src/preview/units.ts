import type { PreviewRequest } from "../pure/preview-result.ts";
import { type MeteredChannel, primaryChannels } from "../pure/registry.ts";
import type { TunedRule } from "../pure/tuning.ts";
import { isKeyMeter } from "../watched-meter.ts";

/** What is judged by itself: a meter, a gauge, a key account with all its meters, or a district with all that it is judged by. */
export interface PreviewUnit {
  readonly id: string;
  readonly channels: readonly MeteredChannel[];
  /** Whether it is one register, which an engine can be used for again and again. */
  readonly isMeter: boolean;
}

const DISTRICT_RULES: ReadonlySet<TunedRule> = new Set(["NIGHT_MIN", "DMA_LOSS", "GAS_UFG"]);
const ANY_COMMODITY: ReadonlySet<TunedRule> = new Set(["USAGE_CHANGE", "REVERSE", "USE_INACTIVE"]);
const ACCOUNT_RULES: ReadonlySet<TunedRule> = new Set([
  "LOAD_HIGH",
  "LOAD_LOW",
  "OFF_HOURS_USE",
  "PEAK_LIMIT",
  "BUDGET_AHEAD",
]);
const GAUGE_RULES: ReadonlySet<TunedRule> = new Set(["PRESS_LOW", "PRESS_HIGH", "GAS_P_DROP"]);

/** Everything that a rule judges in a request's scope, in an order by hash: its beginning is a fair sample of it. */
export function unitsOf({ rule, dma }: PreviewRequest, channels: readonly MeteredChannel[]): PreviewUnit[] {
  const units = allUnits(rule, channels, dma);
  const wanted = DISTRICT_RULES.has(rule) && dma !== null ? units.filter(({ id }) => id === dma) : units;
  return wanted.sort((a, b) => hashOf(a.id) - hashOf(b.id) || (a.id < b.id ? -1 : 1));
}

function allUnits(rule: TunedRule, channels: readonly MeteredChannel[], dma: string | null): PreviewUnit[] {
  if (rule === "PARENT_CHILD") return familyUnits(channels, dma);
  return DISTRICT_RULES.has(rule) ? districtUnits(rule, channels) : unitsWithin(rule, channels, dma);
}

/** A parent meter with its children. */
function familyUnits(channels: readonly MeteredChannel[], dma: string | null): PreviewUnit[] {
  const primary = [...primaryChannels(channels).values()];
  const children = Map.groupBy(primary, ({ parent }) => parent ?? "");
  return primary.flatMap((parent) => {
    const own = children.get(parent.meter) ?? [];
    if (own.length === 0 || (dma !== null && !standsIn(parent, dma))) return [];
    return [{ id: parent.channel, channels: [parent, ...own], isMeter: false }];
  });
}

/** Key accounts are judged as the sum of their meters, all others one by one. */
function unitsWithin(rule: TunedRule, channels: readonly MeteredChannel[], dma: string | null): PreviewUnit[] {
  if (ACCOUNT_RULES.has(rule)) return accountUnits(channels, dma);
  if (rule !== "USAGE_CHANGE") return singleUnits(rule, channels, dma);
  const homes = channels.filter((channel) => !isKeyMeter(channel));
  return [...singleUnits(rule, homes, dma), ...accountUnits(channels, dma)];
}

/** An account of several meters is in a district's scope where one of them stands there, and is judged whole. */
function accountUnits(channels: readonly MeteredChannel[], dma: string | null): PreviewUnit[] {
  const meters = [...primaryChannels(channels).values()].filter(isKeyMeter);
  const accounts = [...Map.groupBy(meters, ({ account, channel }) => account ?? channel)];
  const inScope = accounts.filter(([, members]) => dma === null || members.some((meter) => standsIn(meter, dma)));
  return inScope.map(([id, members]) => ({
    id,
    channels: members.map((meter) => ({ ...meter, inletOf: [] })),
    isMeter: false,
  }));
}

function singleUnits(rule: TunedRule, channels: readonly MeteredChannel[], dma: string | null): PreviewUnit[] {
  const isGauge = GAUGE_RULES.has(rule);
  const judged = isGauge
    ? channels.filter(({ quantity, litresPerCount }) => litresPerCount === null && quantity.includes("pressure"))
    : [...primaryChannels(channels).values()].filter((meter) => isJudgedBy(rule, meter));
  const inScope = judged.filter((meter) => dma === null || standsIn(meter, dma));
  const reverse = rule === "REVERSE" ? reverseRegisters(channels) : new Map<string, MeteredChannel>();
  return inScope.map((meter) => {
    const back = reverse.get(meter.meter);
    const own = back === undefined ? [meter] : [meter, back];
    return { id: meter.channel, channels: own, isMeter: !isGauge && back === undefined };
  });
}

/** What runs back is judged by a register of its own where there is one. */
function reverseRegisters(channels: readonly MeteredChannel[]): Map<string, MeteredChannel> {
  const reverse = channels.filter(
    ({ quantity, litresPerCount }) => quantity === "reverse_total" && litresPerCount !== null,
  );
  return new Map(reverse.map((channel) => [channel.meter, channel]));
}

function isJudgedBy(rule: TunedRule, meter: MeteredChannel): boolean {
  if (meter.purpose !== "customer") return false;
  return meter.commodity === (rule === "GAS_CONT" ? "gas" : "water") || ANY_COMMODITY.has(rule);
}

function standsIn({ dma, inletOf }: MeteredChannel, wanted: string): boolean {
  return dma === wanted || inletOf.some((inlet) => inlet.dma === wanted);
}

/** Night flow needs the inlets alone, a balance the customers too. */
function districtUnits(rule: TunedRule, channels: readonly MeteredChannel[]): PreviewUnit[] {
  const commodity = rule === "GAS_UFG" ? "gas" : "water";
  const meters = [...primaryChannels(channels).values()].filter((meter) => meter.commodity === commodity);
  const dmas = new Set(meters.flatMap(({ inletOf }) => inletOf.map(({ dma }) => dma)));
  const air = new Map(channels.filter(({ isOutdoor }) => isOutdoor === true).map((meta) => [meta.channel, meta]));
  return Array.from(dmas, (dma) => {
    const members = membersOf(rule, meters, dma);
    const outdoor = air.get(members[0]?.weather ?? "");
    return { id: dma, channels: outdoor === undefined ? members : [...members, outdoor], isMeter: false };
  });
}

function membersOf(rule: TunedRule, meters: readonly MeteredChannel[], dma: string): MeteredChannel[] {
  const inlets = meters.filter(({ inletOf }) => inletOf.some((inlet) => inlet.dma === dma));
  // An inlet of two districts is judged here for this one alone.
  const here = inlets.map((meter) => ({ ...meter, inletOf: meter.inletOf.filter((inlet) => inlet.dma === dma) }));
  if (rule === "NIGHT_MIN") return here;
  return [...here, ...meters.filter((meter) => meter.purpose === "customer" && meter.dma === dma)];
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
