import type { ChannelDescription, Reading, Reporting } from "@nightflow/domain";

interface Reported {
  readonly reporting: Reporting;
  /** Deadband in what values are in: counts of a register, the channel's unit for a gauge. */
  readonly deadband: number;
  last: Reading | undefined;
  /** The newest that was left out since. */
  held: Reading | undefined;
  seenAt: number;
}

/**
 * Report by exception: lets through what is worth a reading, unchanged. The deadband is against the value last *sent*, so
 * that a slow rise is never hidden. Where a channel moves after a standstill, the last reading of the standstill goes
 * first: the use lies in the period in which it was, not spread over the silence before.
 */
export class ReportingFilter {
  readonly #channels = new Map<string, Reported>();
  #suppressed = 0;

  /** Readings that were left out since the start. */
  get suppressed(): number {
    return this.#suppressed;
  }

  /** Works by these channels from now on; one whose settings stay goes on from the value last sent. */
  configure(channels: readonly ChannelDescription[]): void {
    const before = new Map(this.#channels);
    this.#channels.clear();
    for (const { id, reporting, resolution } of channels) {
      if (reporting === undefined) continue;
      const deadband = reporting.deadband / (resolution ?? 1);
      const known = before.get(id);
      const state = { last: known?.last, held: known?.held, seenAt: known?.seenAt ?? 0 };
      this.#channels.set(id, { reporting, deadband, ...state });
    }
  }

  /** What of some readings is to be sent, in their order. */
  pass(readings: readonly Reading[]): readonly Reading[] {
    // Where nobody asked for it, a reading costs nothing here.
    if (this.#channels.size === 0) return readings;
    const passed: Reading[] = [];
    for (const reading of readings) {
      const channel = this.#channels.get(reading.channel);
      if (channel === undefined) passed.push(reading);
      else this.#judge(channel, reading, passed);
    }
    return passed;
  }

  #judge(channel: Reported, reading: Reading, passed: Reading[]): void {
    const { last, held } = channel;
    // Filled in later from a meter's own log: the newer one that was sent says nothing about it.
    if (last !== undefined && reading.readAt < last.readAt) return void passed.push(reading);
    const isChange = last === undefined || isWorth(channel, last, reading);
    if (isChange || isDue(channel, last, reading)) {
      if (isChange && held !== undefined && last !== undefined && held.readAt < reading.readAt) {
        passed.push(held);
        this.#suppressed--;
      }
      passed.push(reading);
      channel.last = reading;
      channel.held = undefined;
    } else {
      channel.held = reading;
      this.#suppressed++;
    }
    channel.seenAt = reading.readAt;
  }
}

/** Whether it says something that the last one did not. */
function isWorth({ deadband, reporting }: Reported, last: Reading, reading: Reading): boolean {
  if (reading.quality !== last.quality) return true;
  if (reading.quality === "missing" || last.quality === "missing")
    return reading.quality === "missing" && last.quality === "missing" && reading.reason !== last.reason;
  if (!hasSameFlags(reading.flags, last.flags)) return true;
  const change = Math.abs(Number(differenceOf(reading.value, last.value)));
  const share = (Math.abs(Number(last.value)) * reporting.deadbandPercent) / 100;
  return change > 0 && change > Math.max(deadband, share);
}

/** Two counts beyond 2^53 are told apart as whole numbers; beside a fraction they are numbers. */
function differenceOf(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return isWhole(a) && isWhole(b) ? BigInt(a) - BigInt(b) : Number(a) - Number(b);
}

function isWhole(value: number | bigint): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}

/** Whether the next one would come too late for the heartbeat, by the pause before this one. */
function isDue({ reporting, seenAt }: Reported, last: Reading, reading: Reading): boolean {
  const pauseMs = Math.max(0, reading.readAt - seenAt);
  return reading.readAt - last.readAt + pauseMs > reporting.heartbeatS * 1000;
}

function hasSameFlags(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((flag, at) => flag === b[at]);
}
