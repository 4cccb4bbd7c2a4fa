import type { Bus, BusKind } from "@nightflow/domain";
import { cjt188Driver } from "./cjt188/driver.ts";
import type { CheckContext, Driver, DriverDeps, RunningBus } from "./driver.ts";
import { mbusDriver, wmbusDriver } from "./mbus/driver.ts";
import { modbusDriver, modbusTcpDriver } from "./modbus/driver.ts";
import { opcUaDriver } from "./opcua/driver.ts";

/** Every driver that the agent has, by the kind of its bus. */
const DRIVERS: { readonly [Kind in BusKind]: Driver<Kind> } = {
  "modbus-tcp": modbusTcpDriver,
  modbus: modbusDriver,
  opcua: opcUaDriver,
  cjt188: cjt188Driver,
  mbus: mbusDriver,
  wmbus: wmbusDriver,
};

/** What is wrong with a bus beyond its schema. */
export function faultsOfBus(bus: Bus, context: CheckContext): string[] {
  return driverOf(bus.kind).faultsOf(bus, context);
}

/** Begins to read a bus. */
export function openBus(bus: Bus, deps: DriverDeps): RunningBus {
  return driverOf(bus.kind).open(bus, deps);
}

/** The table above pairs each kind with its own driver, which the compiler cannot follow through an index. */
function driverOf(kind: BusKind): Driver<BusKind> {
  return DRIVERS[kind] as Driver<BusKind>;
}
