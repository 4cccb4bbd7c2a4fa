import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DialInTransport, ManualClock, SerialTransport, type Transport } from "@nightflow/domain";
import pino from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ByteTransport } from "./byte-transport.ts";
import { DialInLine } from "./dial-in.ts";
import { KeptTransport } from "./kept-transport.ts";
import { connectSerial } from "./serial.ts";
import { Transports } from "./transports.ts";

const logger = pino({ level: "silent" });
const IMEI = "868120123456789";
const toClose: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

/** A transport at work, and what it has brought. */
function opened(transport: ByteTransport) {
  const got: string[] = [];
  const seen = { opened: 0, lost: 0, text: () => got.join("") };
  transport.onBytes((bytes) => got.push(bytes.toString("latin1")));
  transport.onOpen(() => seen.opened++);
  transport.onLost(() => seen.lost++);
  transport.open();
  toClose.push(() => transport.close());
  return seen;
}

async function listening(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer(onSocket).listen(0, "127.0.0.1");
  await once(server, "listening");
  toClose.push(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

function made(transport: Transport) {
  const transports = new Transports({ clock: new ManualClock(5), logger });
  return { transports, line: transports.make(transport) };
}

describe("a TCP transport", () => {
  it("connects, carries bytes both ways, and comes back when the far side cuts it", async () => {
    const { port } = await listening((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end("answer"));
    });
    const { line } = made({ kind: "tcp", host: "127.0.0.1", port, connectTimeoutMs: 1000 });
    const seen = opened(line);
    await vi.waitFor(() => expect(line.isOpen).toBe(true));
    line.write(Buffer.from("ask"));
    await vi.waitFor(() => expect(seen).toMatchObject({ opened: 2, lost: 1 }), { timeout: 5000 });
    expect(seen.text()).toBe("answer");
  });

  it("says what to do about a refused port, and lets go of the line until it is wanted again", async () => {
    const { server, port } = await listening((socket) => void socket.on("error", () => undefined));
    const { line } = made({ kind: "tcp", host: "127.0.0.1", port, connectTimeoutMs: 1000 });
    opened(line);
    await vi.waitFor(() => expect(line.isOpen).toBe(true));
    line.release();
    await vi.waitFor(() => expect(line.isOpen).toBe(false));
    await new Promise((resolve) => server.close(resolve));
    line.open();
    await vi.waitFor(() => expect(line.fault).toMatch(/refuses port .* right port/));
  });
});

const portOf = (line: ByteTransport) => (line instanceof DialInLine ? (line.boundPort ?? 0) : 0);

describe("a device that dials in", () => {
  async function hub(heartbeat = false) {
    const settings = (registration: object) =>
      ({
        ...DialInTransport.parse({ kind: "dial-in", port: 1, registration }),
        port: 0,
        ...(heartbeat && { heartbeat: { hex: "FE7BFE" } }),
      }) as const;
    const { transports, line } = made(settings({ imei: IMEI }));
    const other = transports.make(settings({ text: "PUMP-07" }));
    const seen = { line: opened(line), other: opened(other) };
    const dial = async (packet: string) => {
      const socket = connect({ host: "127.0.0.1", port: portOf(line) }).on("error", () => undefined);
      toClose.push(() => socket.destroy());
      await vi.waitFor(() => (socket.readyState === "open" ? undefined : Promise.reject(new Error("not yet"))));
      socket.write(packet);
      return socket;
    };
    await vi.waitFor(() => expect(portOf(line)).toBeGreaterThan(0));
    return { transports, line, other, seen, dial };
  }

  it("is known by its registration, so that many share one port", async () => {
    const { line, other, dial } = await hub();
    const pump = await dial("PUMP-07\r\n");
    await vi.waitFor(() => expect(other.isOpen).toBe(true));
    expect(line.isOpen).toBe(false);
    other.write(Buffer.from("ask"));
    expect(String(await once(pump, "data"))).toBe("ask");
  });

  it("has its heartbeats and its repeated registration taken off the stream", async () => {
    const { line, seen, dial } = await hub(true);
    const dtu = await dial(`IMEI:${IMEI}`);
    await vi.waitFor(() => expect(line.isOpen).toBe(true));
    for (const bytes of [Buffer.from("FE7BFE", "hex"), Buffer.from(`IMEI:${IMEI}`), Buffer.from("answer")])
      dtu.write(bytes);
    await vi.waitFor(() => expect(seen.line.text()).toBe("answer"));
  });

  it("that dials in anew replaces its old connection", async () => {
    const { line, seen, dial } = await hub();
    const old = await dial(IMEI);
    await vi.waitFor(() => expect(line.isOpen).toBe(true));
    const ended = once(old, "close");
    old.resume();
    const fresh = await dial(IMEI);
    await ended;
    await vi.waitFor(() => expect(seen.line).toMatchObject({ opened: 2, lost: 1 }));
    line.write(Buffer.from("ask"));
    expect(String(await once(fresh, "data"))).toBe("ask");
  });

  it("that nobody expects is refused, counted and listed", async () => {
    const { transports, dial } = await hub();
    for (const _ of [1, 2]) {
      const stranger = await dial("IMEI:111111111111111");
      stranger.resume();
      await once(stranger, "close");
    }
    expect(transports.unknownDevices()).toMatchObject({
      refused: 2,
      latest: [{ packet: "IMEI:111111111111111", from: "127.0.0.1", times: 2, lastAt: 5 }],
    });
  });
});

describe("a serial port", () => {
  /** Two ends of a cable without a wire. */
  async function cable() {
    const folder = mkdtempSync(join(tmpdir(), "nightflow-serial-"));
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    const child: ChildProcess = spawn("socat", [`pty,raw,echo=0,link=${a}`, `pty,raw,echo=0,link=${b}`]);
    toClose.push(() => rmSync(folder, { recursive: true, force: true }));
    await once(child, "spawn");
    // It takes its links away when it ends: the folder goes after that.
    toClose.push(() => child.kill() && once(child, "exit"));
    await vi.waitFor(() => expect(existsSync(a) && existsSync(b)).toBe(true));
    return [a, b] as const;
  }

  it("carries bytes both ways, and its adapter's echo is not taken for an answer", async (context) => {
    const paths = await cable().catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT" || process.env.NIGHTFLOW_REQUIRE_ALL === "1") throw error;
    });
    if (paths === undefined) return context.skip("socat is not installed");
    const serial = (path: string, echo: boolean) =>
      made(SerialTransport.parse({ kind: "serial", path, baudRate: 9600, parity: "none", echo })).line;
    const [agent, meter] = [serial(paths[0], true), serial(paths[1], false)];
    const [asked, answered] = [opened(meter), opened(agent)];
    await vi.waitFor(() => expect(agent.isOpen && meter.isOpen).toBe(true));
    agent.write(Buffer.from("ask"));
    await vi.waitFor(() => expect(asked.text()).toBe("ask"));
    meter.write(Buffer.from("askanswer"));
    await vi.waitFor(() => expect(answered.text()).toBe("answer"));
  });

  it("that is not there is named with what to do", async () => {
    const { line } = made(SerialTransport.parse({ kind: "serial", path: "/dev/ttyNightflow9" }));
    opened(line);
    await vi.waitFor(() => expect(line.fault).toMatch(/ttyNightflow9 is not there: .*by-id/));
  });

  it("cannot be opened where its package is not installed, and says how to get it", async () => {
    const settings = SerialTransport.parse({ kind: "serial", path: "/dev/ttyUSB0" });
    const connect = connectSerial(settings, () => Promise.reject(new Error("ERR_MODULE_NOT_FOUND")));
    const line = new KeptTransport({ name: "serial", connect, logger });
    opened(line);
    await vi.waitFor(() => expect(line.fault).toMatch(/npm install serialport/));
  });
});
