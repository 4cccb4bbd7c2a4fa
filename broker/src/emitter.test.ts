import { describe, expect, it } from "vitest";
import { BoundedEmitter, type PacketListener } from "./emitter.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("BoundedEmitter", () => {
  it("survives a long backlog that nobody listens to any more", async () => {
    const emitter = new BoundedEmitter({ maxInFlight: 1, maxBacklog: 1_000_000 });
    let release = () => {};
    const holdsTheFirst: PacketListener = (_packet, done) => {
      release = done;
    };
    emitter.on("slow", holdsTheFirst);
    emitter.emit({ topic: "slow" });
    let delivered = 0;
    const all = new Promise<void>((resolve) => {
      for (let no = 0; no < 200_000; no++)
        emitter.emit({ topic: "unheard" }, () => {
          if (++delivered === 200_000) resolve();
        });
    });
    release();
    await all;
    expect(emitter.backlog).toBe(0);
    expect(emitter.inFlight).toBe(0);
  });

  it("lets the event loop turn while it works off a backlog", async () => {
    const emitter = new BoundedEmitter({ maxInFlight: 1, maxBacklog: 1_000_000 });
    let release = () => {};
    emitter.on("slow", (_packet, done) => {
      release = done;
    });
    emitter.emit({ topic: "slow" });
    for (let no = 0; no < 10_000; no++) emitter.emit({ topic: "unheard" });
    release();
    expect(emitter.backlog).toBeGreaterThan(9000);
    await turn();
    expect(emitter.backlog).toBeGreaterThan(8000);
  });

  it("keeps the order of what had to wait", async () => {
    const emitter = new BoundedEmitter({ maxInFlight: 2, maxBacklog: 1000 });
    const heard: string[] = [];
    emitter.on("t/+", (packet, done) => {
      heard.push(packet.topic);
      setImmediate(done);
    });
    const topics = Array.from({ length: 500 }, (_, no) => `t/${no}`);
    await Promise.all(topics.map((topic) => new Promise((done) => emitter.emit({ topic }, done))));
    expect(heard).toEqual(topics);
  });

  it("tells the publisher only when every listener has taken the packet", async () => {
    const emitter = new BoundedEmitter({ maxInFlight: 10, maxBacklog: 10 });
    const pending: (() => void)[] = [];
    for (let no = 0; no < 2; no++) emitter.on("t", (_packet, done) => void pending.push(done));
    let isDone = false;
    emitter.emit({ topic: "t" }, () => {
      isDone = true;
    });
    pending[0]?.();
    expect(isDone).toBe(false);
    pending[1]?.();
    expect(isDone).toBe(true);
  });

  it("drops QoS 0 above the bound, counts it, and never drops QoS 1", async () => {
    const emitter = new BoundedEmitter({ maxInFlight: 1, maxBacklog: 2 });
    const held: (() => void)[] = [];
    const heard: (number | undefined)[] = [];
    emitter.on("t", (packet, done) => {
      heard.push(packet.qos);
      held.push(done);
    });
    for (const qos of [0, 0, 0, 0, 1, 0, 1]) emitter.emit({ topic: "t", qos });
    expect(emitter.dropped).toBe(2);
    while (held.length > 0) held.shift()?.();
    expect(heard).toEqual([0, 0, 0, 1, 1]);
  });

  it("stops handing packets to a listener that was removed", () => {
    const emitter = new BoundedEmitter({ maxInFlight: 1, maxBacklog: 2 });
    let heard = 0;
    const listener: PacketListener = (_packet, done) => {
      heard++;
      done();
    };
    emitter.on("t", listener);
    emitter.emit({ topic: "t" });
    emitter.removeListener("t", listener);
    emitter.emit({ topic: "t" });
    expect(heard).toBe(1);
  });

  it("tells everybody who still waits that it was closed", async () => {
    const emitter = new BoundedEmitter({ maxInFlight: 1, maxBacklog: 10 });
    emitter.on("t", () => {});
    emitter.emit({ topic: "t" });
    const waiting = new Promise((done) => emitter.emit({ topic: "t" }, done));
    emitter.close();
    expect(await waiting).toBeInstanceOf(Error);
    expect(await new Promise((done) => emitter.emit({ topic: "t" }, done))).toBeInstanceOf(Error);
  });
});
