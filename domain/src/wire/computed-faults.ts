import type { ChannelDescription } from "../channel.ts";
import { areConvertible, isRegister, type Unit } from "../units.ts";
import { type Bus, channelsFedBy } from "./buses/bus.ts";
import { type BaseVolumeChannel, type ComputedChannel, inputsOf, type SumChannel } from "./computed-channel.ts";

interface Configured {
  readonly channels: readonly ChannelDescription[];
  readonly buses: readonly Bus[];
  readonly computed?: readonly ComputedChannel[] | undefined;
}

interface Fault {
  readonly path: (string | number)[];
  readonly message: string;
}

/** What is wrong with the computed channels of a configuration, each with its place in it. */
export function faultsOfComputed({ channels, buses, computed = [] }: Configured): Fault[] {
  const described = new Map(channels.map((channel) => [channel.id as string, channel]));
  const fed = new Set(buses.flatMap(channelsFedBy));
  return computed.flatMap((each, at) => {
    const messages = [...faultsOfPlace(each, described, fed), ...faultsOfKind(each, described)];
    fed.add(each.channel);
    return messages.map((message) => ({ path: ["computed", at], message }));
  });
}

type Described = ReadonlyMap<string, ChannelDescription>;

function faultsOfPlace(computed: ComputedChannel, described: Described, fed: ReadonlySet<string>): string[] {
  const faults = inputsOf(computed)
    .filter((id) => !fed.has(id))
    .map((id) => `${computed.channel} is computed from ${id}, which no bus feeds and no computed channel above it`);
  if (!described.has(computed.channel)) faults.push(`computes ${computed.channel}, which channels does not describe`);
  if (fed.has(computed.channel)) faults.push(`computes ${computed.channel}, which is fed already`);
  return faults;
}

function faultsOfKind(computed: ComputedChannel, described: Described): string[] {
  const target = described.get(computed.channel);
  if (target === undefined) return [];
  return computed.kind === "sum"
    ? faultsOfSum(computed, target, described)
    : faultsOfBaseVolume(computed, target, described);
}

function faultsOfSum(sum: SumChannel, target: ChannelDescription, described: Described): string[] {
  return sum.terms.flatMap(({ channel }) => {
    const term = described.get(channel);
    if (term === undefined) return [];
    if (isRegister(term.quantity) !== isRegister(target.quantity))
      return [`${target.id} cannot be the sum of totals and gauges: ${channel} is ${term.quantity}`];
    if (!areConvertible(term.unit, target.unit))
      return [`${channel} is in ${term.unit}, ${target.id} in ${target.unit}`];
    return [];
  });
}

function faultsOfBaseVolume(channel: BaseVolumeChannel, target: ChannelDescription, described: Described): string[] {
  const faults: string[] = [];
  const expect = (id: string | undefined, unit: Unit, what: string) => {
    const input = id === undefined ? undefined : described.get(id);
    if (input !== undefined && !areConvertible(input.unit, unit))
      faults.push(`${id} is in ${input.unit}; ${what} is needed in ${unit} or what converts to it`);
  };
  expect(channel.volume, "m3", "the volume at the meter");
  expect(channel.pressure.channel, "kPa", "the pressure");
  expect(channel.temperature.channel, "Cel", "the temperature");
  if (target.quantity !== "vb_total" || target.unit !== "Sm3") faults.push(`${target.id} must be vb_total in Sm3`);
  const volume = described.get(channel.volume);
  if (volume !== undefined && !isRegister(volume.quantity)) faults.push(`${channel.volume} must be a total`);
  return faults;
}
