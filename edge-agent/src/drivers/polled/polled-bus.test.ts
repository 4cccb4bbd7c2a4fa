import { ChannelId, type Reading, type UnitHealth } from "@nightflow/domain";
import pino from "pino";
import { expect, it } from "vitest";
import { AnsweringTransport } from "../../testing/answering-transport.ts";
import { FakeTime } from "../../testing/fake-time.ts";
import { PolledBus, type PolledMeter } from "./polled-bus.ts";
import { QuestionLine } from "./question-line.ts";

const reading: Reading = { quality: "good", channel: ChannelId.parse("M.total"), readAt: 1, value: 7, flags: [] };

/** A meter whose first poll runs into a fault of the agent. */
class StumblingMeter implements PolledMeter {
  readonly meter = "M";
  readonly periodMs = 60_000;
  polls = 0;

  isAwake(): boolean {
    return true;
  }

  async poll() {
    if (++this.polls === 1) throw new RangeError("a decoder that was not ready for this");
    return { readings: [reading], outcome: "answered" as const };
  }

  async probe(): Promise<boolean> {
    return true;
  }

  absent(): Reading[] {
    return [];
  }

  health(): UnitHealth {
    return { meter: "M", state: "good", polls: this.polls, failures: 0, lastGoodAt: null, lastError: null };
  }
}

it("a fault of the agent in one poll ends neither the line nor the agent", async () => {
  const time = new FakeTime(Date.UTC(2026, 0, 31));
  const logger = pino({ level: "silent" });
  const line = new QuestionLine({
    transport: new AnsweringTransport(time, () => undefined),
    ...{ timers: time, gapMs: 0, msPerByte: 1, realNow: () => time.now() },
  });
  const meter = new StumblingMeter();
  const got: Reading[] = [];
  const bus = new PolledBus({
    ...{ id: "b", protocol: "test", timeoutMs: 1000, retries: 0, meters: [meter], line, clock: time, logger },
    ...{ collect: (readings) => void got.push(...readings), timers: time, realNow: () => time.now(), random: () => 0 },
  });
  await time.run(180_000);
  expect(meter.polls).toBeGreaterThan(1);
  expect(got).toContainEqual(reading);
  await bus.close();
});

it("what a decoder throws while bytes come in ends the question, and not the agent", async () => {
  const time = new FakeTime(0);
  const transport = new AnsweringTransport(time, () => ({ bytes: Buffer.from([1]), afterMs: 10 }));
  const line = new QuestionLine({ transport, timers: time, gapMs: 0, msPerByte: 0, realNow: () => time.now() });
  line.open();
  await time.run(10);
  const take = () => {
    throw new RangeError("not ready for this");
  };
  const asked = expect(line.ask({ bytes: Buffer.from([0]), timeoutMs: 1000, take })).rejects.toThrow("not ready");
  await time.run(1000);
  await asked;
});
