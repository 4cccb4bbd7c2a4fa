import type { BusOf } from "@nightflow/domain";
import type { Driver, DriverDeps } from "../driver.ts";
import { ModbusBus } from "./bus.ts";
import { faultsOfModbusBus } from "./faults.ts";
import { TcpLine } from "./tcp-line.ts";
import { UnitReader } from "./unit-reader.ts";

/** Modbus TCP: one connection to one or many units. */
export const modbusTcpDriver: Driver<"modbus-tcp"> = {
  kind: "modbus-tcp",
  faultsOf: faultsOfModbusBus,
  open: (bus, deps) => {
    const { host, port, timeoutMs } = bus;
    const { clock, logger, collect } = deps;
    const line = new TcpLine({ host, port, connectTimeoutMs: Math.max(1000, timeoutMs), logger });
    return new ModbusBus({ bus, units: readersOf(bus, deps), line, clock, logger, collect });
  },
};

function readersOf(bus: BusOf<"modbus-tcp">, { profiles, channels }: DriverDeps): UnitReader[] {
  return bus.units.flatMap((unit) => {
    const profile = profiles.get(unit.profile);
    return profile === undefined ? [] : [new UnitReader(unit, profile, channels)];
  });
}
