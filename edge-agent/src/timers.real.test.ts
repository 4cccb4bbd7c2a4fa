import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { realTimers } from "./timers.ts";
import { connectTcp } from "./transports/tcp.ts";

/** A far side of its own thread, which answers while this one is busy. */
const ECHO = `
const { createServer } = require("node:net");
const { parentPort } = require("node:worker_threads");
const server = createServer((socket) => socket.on("data", (bytes) => socket.write(bytes)));
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;
let far: Worker;
let port = 0;

beforeAll(async () => {
  far = new Worker(ECHO, { eval: true });
  [port] = await once(far, "message");
});

afterAll(() => far.terminate());

/** Keeps the process busy, as the loading of a library does. */
function beBusy(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** A connection, and what was heard of it. */
function connect(connectTimeoutMs: number) {
  const heard = { opened: vi.fn(), bytes: vi.fn(), lost: vi.fn() };
  return { heard, connection: connectTcp({ host: "127.0.0.1", port, connectTimeoutMs })(heard) };
}

it("an agent that was busy for longer than its wait takes a connection that was made meanwhile", async () => {
  const { heard, connection } = connect(100);
  beBusy(400);
  await vi.waitFor(() => expect(heard.opened).toHaveBeenCalled());
  expect(heard.lost).not.toHaveBeenCalled();
  connection.destroy();
  await vi.waitFor(() => expect(heard.lost).toHaveBeenCalled());
});

it("an answer that came while the agent was busy is in time", async () => {
  const { heard, connection } = connect(5000);
  await vi.waitFor(() => expect(heard.opened).toHaveBeenCalled());
  const late = vi.fn();
  const endWait = realTimers.after(100, late);
  heard.bytes.mockImplementation(() => endWait());
  connection.write(Buffer.from("ask"));
  beBusy(400);
  await vi.waitFor(() => expect(heard.bytes).toHaveBeenCalled());
  const next = Promise.withResolvers<void>();
  realTimers.after(0, () => next.resolve());
  await next.promise;
  expect(late).not.toHaveBeenCalled();
  connection.destroy();
});

it("a wait that nothing ends is over when its time is", async () => {
  const over = Promise.withResolvers<void>();
  realTimers.after(20, () => over.resolve());
  await expect(over.promise).resolves.toBeUndefined();
});
