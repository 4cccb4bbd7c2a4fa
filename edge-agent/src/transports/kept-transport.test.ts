import pino from "pino";
import { expect, it } from "vitest";
import { FakeTime } from "../testing/fake-time.ts";
import { type ConnectionEvents, KeptTransport } from "./kept-transport.ts";

/** How often a gateway is called within a minute that treats each connection in a way. */
async function callsInAMinute(treat: (events: ConnectionEvents) => void): Promise<number> {
  const time = new FakeTime(0);
  let calls = 0;
  const transport = new KeptTransport({
    name: "test",
    connect: (events) => {
      calls++;
      time.after(1, () => {
        events.opened();
        treat(events);
        events.lost(null);
      });
      return { write: () => undefined, destroy: () => undefined };
    },
    ...{ logger: pino({ level: "silent" }), timers: time, random: () => 0.5 },
  });
  transport.open();
  await time.run(60_000);
  transport.close();
  return calls;
}

it("a gateway that takes every connection and drops it at once is called ever more seldom", async () => {
  expect(await callsInAMinute(() => undefined)).toBeLessThan(15);
});

it("one that answers and then ends the connection is called again at once", async () => {
  expect(await callsInAMinute((events) => events.bytes(Buffer.from("answer")))).toBeGreaterThan(100);
});
