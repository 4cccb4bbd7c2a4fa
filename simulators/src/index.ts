export { modbusPortsOf, SimulatorsConfig } from "./config.ts";
export { FURTHER_MODELS } from "./devices/further-models.ts";
export { ENRON_MODEL, type SingleDevice, startSingleDevice } from "./devices/single-device.ts";
export { defaultFaultScript } from "./faults/default-script.ts";
export { Fault, FaultPlan, faultFlowM3h, faultVolumeM3, isActive } from "./faults/fault.ts";
export { FaultBook, type FaultSource, NO_FAULTS } from "./faults/fault-book.ts";
export { openFaultBook } from "./faults/fault-store.ts";
export { type HistoryRow, townHistory } from "./history.ts";
export { type DistrictNetwork, districtNetwork, inpOf } from "./hydraulics/district-network.ts";
export { type HydraulicHour, type Hydraulics, type NodeLeak, openHydraulics } from "./hydraulics/open-hydraulics.ts";
export { type DistrictHour, type DistrictHours, districtHours, type MainsLeak } from "./hydraulics/town-hours.ts";
export { TownPressures } from "./hydraulics/town-pressures.ts";
export { Ledger, type LedgerEntry, LedgerIndex, readLedger } from "./ledger.ts";
export { radioKeyOf, radioNameOf } from "./mbus/radio-gateway.ts";
export {
  type Adversary,
  type AdversaryOptions,
  type DialInOptions,
  startAdversary,
  startDialIn,
} from "./modbus/adversary.ts";
export { MISBEHAVIOURS, type Misbehaviour } from "./modbus/misbehaviour.ts";
export { PlainUnits, plainWord } from "./modbus/plain-units.ts";
export type { FramedRequest, SimulatedFraming } from "./modbus/request-streams.ts";
export { ValveController, type ValveControllerOptions } from "./modbus/valve-controller.ts";
export { type PaDimServer, type PaDimServerOptions, startPaDimServer } from "./opcua/padim-server.ts";
export { startWideOpcUaServer, type WideOpcUaOptions, type WideOpcUaServer } from "./opcua/wide-server.ts";
export {
  type SimulatorEndpoints,
  type Simulators,
  type SimulatorsOptions,
  startSimulators,
} from "./start-simulators.ts";
export { buildTown, TownSpec } from "./town/build-town.ts";
export * from "./town/town.ts";
export { TownRegisters } from "./town/town-registers.ts";
