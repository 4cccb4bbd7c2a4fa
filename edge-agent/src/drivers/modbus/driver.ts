import type { BusOf, ModbusFraming, Transport } from "@nightflow/domain";
import { msPerByte } from "../../transports/wire-time.ts";
import type { Driver, DriverDeps, RunningBus } from "../driver.ts";
import { ModbusBus } from "./bus.ts";
import { faultsOfModbusBus } from "./faults.ts";
import { framingOf } from "./framing/framing.ts";
import { RequestLine } from "./request-line.ts";
import { UnitReader } from "./unit-reader.ts";

/** Modbus TCP: one connection to one or many units. */
export const modbusTcpDriver: Driver<"modbus-tcp"> = {
  kind: "modbus-tcp",
  faultsOf: faultsOfModbusBus,
  open: (bus, deps) => {
    const { host, port, timeoutMs } = bus;
    const connectTimeoutMs = Math.max(1000, timeoutMs);
    return openLine(bus, { kind: "tcp", host, port, connectTimeoutMs }, "tcp", deps);
  },
};

/** Modbus on serial lines, over TCP in any framing, and on devices that dial in. */
export const modbusDriver: Driver<"modbus"> = {
  kind: "modbus",
  faultsOf: faultsOfModbusBus,
  open: (bus, deps) => openLine(bus, bus.transport, bus.framing, deps),
};

function openLine(
  bus: BusOf<"modbus"> | BusOf<"modbus-tcp">,
  transport: Transport,
  framing: ModbusFraming,
  deps: DriverDeps,
): RunningBus {
  const { clock, logger, collect, transports } = deps;
  const line = new RequestLine({
    transport: transports.make(transport),
    framing: framingOf(framing),
    gapMs: bus.gapMs,
    settleMs: bus.settleMs,
    msPerByte: msPerByte(transport) * (framing === "ascii" ? 2 : 1),
  });
  return new ModbusBus({ bus, units: readersOf(bus, deps), line, clock, logger, collect });
}

function readersOf(bus: BusOf<"modbus"> | BusOf<"modbus-tcp">, { profiles, channels }: DriverDeps): UnitReader[] {
  return bus.units.flatMap((unit) => {
    const profile = profiles.get(unit.profile);
    return profile?.protocol !== "modbus" ? [] : [new UnitReader(unit, profile, channels)];
  });
}
