import { describeError, type SerialTransport } from "@nightflow/domain";
import type { SerialPort } from "serialport";
import type { Connect, Connection, ConnectionEvents } from "./kept-transport.ts";

type SerialPackage = typeof import("serialport");

/** Opens a serial port; `load` brings the package, which is not there on every machine. */
export function connectSerial(settings: SerialTransport, load: () => Promise<SerialPackage> = loadSerial): Connect {
  return (events) => new SerialConnection(settings, events, load);
}

/** One opening of a port. RTS and echo are seen to here, so that protocols see their answers alone. */
class SerialConnection implements Connection {
  readonly #settings: SerialTransport;
  readonly #events: ConnectionEvents;
  #port: SerialPort | undefined;
  #isOver = false;
  #echo = Buffer.alloc(0);

  constructor(settings: SerialTransport, events: ConnectionEvents, load: () => Promise<SerialPackage>) {
    this.#settings = settings;
    this.#events = events;
    load().then(
      (serial) => this.#open(serial),
      () => this.#end(`serial port ${settings.path}: ${PACKAGE_MISSING}`),
    );
  }

  write(bytes: Uint8Array): void {
    const port = this.#port;
    if (port === undefined) return;
    if (this.#settings.echo) this.#echo = Buffer.from(bytes);
    if (this.#settings.rts === "off") return void port.write(bytes);
    port.set({ rts: true }, () => {
      port.write(bytes);
      port.drain(() => port.set({ rts: false }));
    });
  }

  destroy(): void {
    if (this.#port?.isOpen) this.#port.close(() => this.#end(null));
    else this.#end(null);
  }

  #open({ SerialPort }: SerialPackage): void {
    if (this.#isOver) return;
    const { path, baudRate, dataBits, parity, stopBits } = this.#settings;
    const port = new SerialPort({ path, baudRate, dataBits, parity, stopBits, autoOpen: false });
    port.on("error", (error) => this.#end(faultOfPort(path, error)));
    port.on("close", () => this.#end(`serial port ${path} is gone: was the adapter pulled out?`));
    port.on("data", (bytes: Buffer) => this.#take(bytes));
    port.open((error) => {
      if (error !== null) return this.#end(faultOfPort(path, error));
      if (this.#isOver) return port.close();
      this.#port = port;
      this.#events.opened();
    });
  }

  #take(bytes: Buffer): void {
    const rest = this.#echo.length === 0 ? bytes : this.#withoutEcho(bytes);
    if (rest.length > 0) this.#events.bytes(rest);
  }

  /** Takes what was sent off the beginning; from the first byte that differs all is kept. */
  #withoutEcho(bytes: Buffer): Buffer {
    let same = 0;
    while (same < bytes.length && same < this.#echo.length && bytes[same] === this.#echo[same]) same++;
    const isEcho = same === bytes.length || same === this.#echo.length;
    this.#echo = isEcho ? this.#echo.subarray(same) : Buffer.alloc(0);
    return isEcho ? bytes.subarray(same) : bytes;
  }

  #end(why: string | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const port = this.#port;
    this.#port = undefined;
    if (port?.isOpen) port.close();
    this.#events.lost(why);
  }
}

const PACKAGE_MISSING =
  "the npm package serialport is not installed here (it is optional): run `npm install serialport` in the agent's folder, with a compiler where your platform has no ready-made build";

function loadSerial(): Promise<SerialPackage> {
  return import("serialport");
}

/** Why a port does not open, and what to do. */
export function faultOfPort(path: string, error: unknown): string {
  const text = describeError(error);
  if (/no such file|ENOENT|not found/i.test(text))
    return `serial port ${path} is not there: plug the adapter in, and look for its name in /dev/serial/by-id`;
  if (/permission denied|EACCES|access denied/i.test(text))
    return `serial port ${path} may not be opened: add the agent's user to the group dialout (usermod -aG dialout USER) and start the agent again`;
  if (/lock|busy|EBUSY|temporarily unavailable/i.test(text))
    return `serial port ${path} is in use: stop the other program that reads it (fuser ${path} names it)`;
  return `serial port ${path}: ${text}`;
}
