import type { Bus, Reading, UnitHealth } from "@nightflow/domain";
import { ChannelId } from "@nightflow/domain";
import type { ReadNowResult, RunningBus, WriteOrder, WriteResult } from "../drivers/driver.ts";

/** A bus for tests: its meters answer, or not, as the test says. */
export class FakeBus implements RunningBus {
  readonly bus: Bus;
  readonly pollsSkipped = 0;
  state: UnitHealth["state"] = "good";
  polls = 1;
  isClosed = false;
  readonly writes: WriteOrder[] = [];
  writeOutcome: WriteResult["outcome"] = "done";
  /** What `readNow` waits for. */
  reading: Promise<void> = Promise.resolve();

  constructor(bus: Bus) {
    this.bus = bus;
  }

  health(): UnitHealth[] {
    const units = "items" in this.bus ? this.bus.items : this.bus.units;
    const { state, polls } = this;
    return units.map(({ meter }) => ({ meter, state, polls, failures: 0, lastGoodAt: 1, lastError: null }));
  }

  async readNow(meter: string): Promise<ReadNowResult> {
    await this.reading;
    if (this.state === "silent") return { outcome: "silent", readings: [] };
    const channel = ChannelId.parse(`${meter}.total`);
    const read: Reading = { quality: "good", channel, readAt: 1000, value: 7, flags: [] };
    return { outcome: "answered", readings: [read] };
  }

  retry(): number {
    return 1;
  }

  async write(order: WriteOrder): Promise<WriteResult> {
    this.writes.push(order);
    return { outcome: this.writeOutcome, detail: null };
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** One Modbus bus with one meter, for tests that never open it. */
export function busConfig(id: string, meter: string, periodS = 60) {
  const unit = { meter, unitId: 1, profile: "tuf-2000", periodS, channels: { net_total: `${meter}.total` } };
  return { id, kind: "modbus-tcp", host: "127.0.0.1", units: [unit] };
}

/** The channel that such a meter feeds. */
export function channelConfig(meter: string) {
  return { id: `${meter}.total`, quantity: "forward_total", unit: "m3", resolution: 0.001 };
}
