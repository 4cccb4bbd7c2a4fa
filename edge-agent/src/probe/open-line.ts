import { type ModbusFraming, NightflowError, realClock, type Transport } from "@nightflow/domain";
import pino from "pino";
import { framingOf } from "../drivers/modbus/framing/framing.ts";
import type { MeterLine } from "../drivers/modbus/line.ts";
import { RequestLine } from "../drivers/modbus/request-line.ts";
import { Transports } from "../transports/transports.ts";
import { msPerByte } from "../transports/wire-time.ts";

/** The line to the meters could not be opened. */
export class ProbeLineError extends NightflowError {
  readonly code = "PROBE_NO_LINE";
  readonly retriable = true;
}

const LONGEST_OPENING_MS = 6000;
/** Looked at so often whether it was refused. A second attempt may meet a converter that has just let go of its last master. */
const LOOK_MS = 100;
const REFUSED_AFTER_MS = 800;

/** A line that is open. @throws {ProbeLineError} when it does not open in some seconds, and why. */
export async function openProbeLine(transport: Transport, framing: ModbusFraming): Promise<MeterLine> {
  const transports = new Transports({ clock: realClock, logger: pino({ level: "silent" }) });
  const bytes = transports.make(transport);
  const line = new RequestLine({
    transport: bytes,
    framing: framingOf(framing),
    gapMs: framing === "tcp" ? 0 : 20,
    settleMs: 0,
    msPerByte: msPerByte(transport) * (framing === "ascii" ? 2 : 1),
  });
  const hasOpened = await opened(line);
  if (hasOpened) return line;
  const fault = line.fault ?? "nothing answers";
  line.close();
  throw new ProbeLineError(`${bytes.name} does not open: ${fault}`, {
    remedy:
      "check address, port and cable, and that no other master holds the line (many converters take one connection only)",
  });
}

function opened(line: MeterLine): Promise<boolean> {
  return new Promise((resolve) => {
    const beganMs = performance.now();
    const look = setInterval(() => {
      const tookMs = performance.now() - beganMs;
      const isRefused = line.fault !== null && tookMs > REFUSED_AFTER_MS;
      if (isRefused || tookMs > LONGEST_OPENING_MS) end(false);
    }, LOOK_MS);
    const end = (isOpen: boolean) => {
      clearInterval(look);
      resolve(isOpen);
    };
    line.onOpen(() => end(true));
    line.open();
  });
}
