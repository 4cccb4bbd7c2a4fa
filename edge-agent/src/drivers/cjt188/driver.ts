import type { BusOf, Cjt188Dialect } from "@nightflow/domain";
import { msPerByte } from "../../transports/wire-time.ts";
import type { Driver, DriverDeps } from "../driver.ts";
import { DeviceClock } from "../polled/device-clock.ts";
import { PolledBus } from "../polled/polled-bus.ts";
import { QuestionLine } from "../polled/question-line.ts";
import { bundledDialects, type DialectLibrary } from "./dialects.ts";
import { faultsOfCjt188Bus } from "./faults.ts";
import { Cjt188Meter } from "./meter.ts";

/** CJ/T 188: water and gas meters of Chinese make, on a serial line, behind a gateway, or behind a device that dials in. */
export const cjt188Driver: Driver<"cjt188"> = {
  kind: "cjt188",
  faultsOf: (bus, context) => faultsOfCjt188Bus(bus, dialectsOf(bus), context),
  open: (bus, deps) => {
    const { clock, logger, collect, transports } = deps;
    const line = new QuestionLine({
      transport: transports.make(bus.transport),
      gapMs: bus.gapMs,
      msPerByte: msPerByte(bus.transport),
    });
    const { id, timeoutMs, retries } = bus;
    const meters = cjt188Meters(bus, deps, line);
    return new PolledBus({ id, protocol: "cjt188", timeoutMs, retries, meters, line, clock, logger, collect });
  },
};

/** The bundled dialects, with the bus's own before them. */
export function dialectsOf(bus: { readonly dialects: readonly Cjt188Dialect[] }): DialectLibrary {
  return new Map([...bundledDialects(), ...bus.dialects.map((dialect) => [dialect.name, dialect] as const)]);
}

/** The meters of a bus, on its line. */
export function cjt188Meters(
  bus: BusOf<"cjt188">,
  { channels, clock }: Pick<DriverDeps, "channels" | "clock">,
  line: QuestionLine,
): Cjt188Meter[] {
  const dialects = dialectsOf(bus);
  const deviceClock = new DeviceClock(bus.timeZone, bus.clockToleranceS);
  const wireMs = msPerByte(bus.transport);
  return bus.units.flatMap((unit) => {
    const dialect = dialects.get(unit.dialect);
    if (dialect === undefined) return [];
    // An answer of the usual 35 bytes takes 0.16 s at 2400 baud, which is not the meter's fault.
    const timeoutMs = bus.timeoutMs + wireMs * 40;
    const now = () => clock.now();
    const realMsPerMs = clock.toRealMs(1);
    const onStray = () => line.noteStray();
    const { preamble } = bus;
    return [new Cjt188Meter({ unit, dialect, channels, timeoutMs, preamble, deviceClock, now, realMsPerMs, onStray })];
  });
}
