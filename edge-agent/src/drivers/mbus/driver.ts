import type { BusOf } from "@nightflow/domain";
import { msPerByte } from "../../transports/wire-time.ts";
import type { Driver, DriverDeps } from "../driver.ts";
import { DeviceClock } from "../polled/device-clock.ts";
import { PolledBus } from "../polled/polled-bus.ts";
import { QuestionLine } from "../polled/question-line.ts";
import { faultsOfMbusBus } from "./faults.ts";
import { MbusMeter } from "./meter.ts";
import { WmbusReceiver } from "./wireless/receiver.ts";
import { openTelegramSource } from "./wireless/telegram-source.ts";

/** The longest frame there is. */
const MAX_ANSWER_BYTES = 261;

/** Wired M-Bus: meters behind a level converter on a serial port, or behind a gateway. */
export const mbusDriver: Driver<"mbus"> = {
  kind: "mbus",
  faultsOf: faultsOfMbusBus,
  open: (bus, deps) => {
    const { clock, logger, collect, transports } = deps;
    const line = new QuestionLine({
      transport: transports.make(bus.transport),
      gapMs: bus.gapMs,
      msPerByte: msPerByte(bus.transport),
    });
    const { id, timeoutMs, retries } = bus;
    const meters = mbusMeters(bus, deps, line);
    return new PolledBus({ id, protocol: "mbus", timeoutMs, retries, meters, line, clock, logger, collect });
  },
};

/** Wireless M-Bus: what a radio gateway hears and passes on. */
export const wmbusDriver: Driver<"wmbus"> = {
  kind: "wmbus",
  faultsOf: faultsOfMbusBus,
  open: (bus, deps) => {
    const receiver = new WmbusReceiver({ bus, ...deps });
    const source = openTelegramSource({
      source: bus.source,
      format: bus.format,
      logger: deps.logger,
      onTelegram: (bytes) => receiver.take(bytes),
      onNoise: () => receiver.noteNoise(),
    });
    receiver.attach(source);
    return receiver;
  },
};

/** The meters of a bus, on its line. */
export function mbusMeters(
  bus: BusOf<"mbus">,
  { channels, clock }: Pick<DriverDeps, "channels" | "clock">,
  line: QuestionLine,
): MbusMeter[] {
  // The longest answer takes 1.2 s at 2400 baud, which is not the meter's fault.
  const timeoutMs = bus.timeoutMs + msPerByte(bus.transport) * MAX_ANSWER_BYTES;
  const deviceClock = new DeviceClock(bus.timeZone, bus.clockToleranceS);
  const now = () => clock.now();
  const realMsPerMs = clock.toRealMs(1);
  const onStray = () => line.noteStray();
  return bus.units.map((unit) => new MbusMeter({ unit, channels, timeoutMs, deviceClock, now, realMsPerMs, onStray }));
}
