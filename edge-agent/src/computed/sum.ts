import {
  type ChannelDescription,
  convert,
  dividedBy,
  type Exact,
  exactOf,
  factorBetween,
  narrowed,
  nearestWhole,
  type Reading,
  type SumChannel,
  times,
} from "@nightflow/domain";
import type { Gathered } from "./boundary-book.ts";
import { heritageOf, inputsFrom, middleOf, type ValueReading } from "./inputs.ts";

/** Makes the readings of a virtual meter, A + B − C. Totals stay whole counts: they are added exactly and rounded once. */
export class SumMaker {
  readonly #sum: SumChannel;
  readonly #target: ChannelDescription;
  readonly #add: (readings: readonly ValueReading[]) => number | bigint;

  constructor(sum: SumChannel, channels: ReadonlyMap<string, ChannelDescription>) {
    const described = (id: string): ChannelDescription => {
      const channel = channels.get(id);
      if (channel === undefined) throw new RangeError(`channel ${id} is not described`);
      return channel;
    };
    this.#sum = sum;
    this.#target = described(sum.channel);
    const terms = sum.terms.map(({ channel, factor }) => ({ channel: described(channel), factor }));
    this.#add = this.#target.resolution === undefined ? gaugeSum(terms, this.#target) : exactSum(terms, this.#target);
  }

  /** The reading of a boundary; missing, for its reason, where one of the terms is. */
  make({ boundaryAt, readings }: Gathered): Reading {
    const channel = this.#target.id;
    const inputs = inputsFrom(
      readings,
      this.#sum.terms.map((term) => term.channel),
    );
    if ("missing" in inputs) return { quality: "missing", channel, readAt: boundaryAt, reason: inputs.missing };
    const value = this.#add(inputs.readings);
    return { ...heritageOf(inputs.readings), channel, readAt: middleOf(inputs.readings), value };
  }
}

interface Term {
  readonly channel: ChannelDescription;
  readonly factor: number;
}

function gaugeSum(terms: readonly Term[], target: ChannelDescription) {
  const factors = terms.map(({ channel, factor }) => factor * convert(1, channel.unit, target.unit));
  return (readings: readonly ValueReading[]) =>
    readings.reduce((total, { value }, at) => total + Number(value) * (factors[at] ?? 0), 0);
}

function exactSum(terms: readonly Term[], target: ChannelDescription) {
  const count = exactOf(target.resolution ?? 1);
  const factors = terms.map(({ channel, factor }) => {
    const inTarget = times(exactOf(channel.resolution ?? 1), factorBetween(channel.unit, target.unit));
    return dividedBy(times(exactOf(factor), inTarget), count);
  });
  return (readings: readonly ValueReading[]) =>
    narrowed(nearestWhole(readings.map(({ value }, at) => share(value, factors[at])).reduce(plus, ZERO)));
}

const ZERO: Exact = { numerator: 0n, denominator: 1n };

function share(counts: number | bigint, factor: Exact = ZERO): Exact {
  return { numerator: BigInt(counts) * factor.numerator, denominator: factor.denominator };
}

function plus(a: Exact, b: Exact): Exact {
  if (a.denominator === b.denominator) return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}
