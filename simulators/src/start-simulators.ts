import type { Clock } from "@nightflow/domain";
import type { Logger } from "pino";
import { startCjt188Line } from "./cjt188/cjt188-line.ts";
import { startControlServer } from "./control.ts";
import type { Fault } from "./faults/fault.ts";
import { openFaultBook } from "./faults/fault-store.ts";
import { TownPressures } from "./hydraulics/town-pressures.ts";
import { Ledger } from "./ledger.ts";
import { startMbusLine } from "./mbus/mbus-line.ts";
import { startRadioGateway } from "./mbus/radio-gateway.ts";
import { Gateway } from "./modbus/gateway.ts";
import { startModbusServer } from "./modbus/modbus-server.ts";
import { startOpcUaServer } from "./opcua/opcua-server.ts";
import { metersOn, type SlowKind } from "./slow-world.ts";
import type { Town } from "./town/town.ts";
import { TownRegisters } from "./town/town-registers.ts";

/** What simulators are started with. */
export interface SimulatorsOptions {
  readonly town: Town;
  readonly clock: Clock;
  /** The plan of a first start; later starts on the same `dataDir` go on with what it keeps. */
  readonly faults: readonly Fault[];
  readonly host?: string;
  /** One for each gateway of the town, in its order; 0 or absent takes a free port. */
  readonly modbusPorts?: readonly number[];
  /** Null serves no OPC UA. */
  readonly opcuaPort?: number | null;
  readonly controlPort?: number;
  /** Real time that a gateway takes for each answer. */
  readonly responseDelayMs?: number;
  readonly dataDir: string;
  readonly logger: Logger;
}

/** Where the town can be read. */
export interface SimulatorEndpoints {
  readonly modbus: readonly { readonly busId: string; readonly host: string; readonly port: number }[];
  /** Meters of the slow protocols, where the town has any: a port each. */
  readonly slow: readonly { readonly kind: SlowKind; readonly host: string; readonly port: number }[];
  /** Null where none is served. */
  readonly opcua: { readonly endpointUrl: string } | null;
  readonly control: { readonly url: string };
}

/** A town that is being served. */
export interface Simulators {
  readonly endpoints: SimulatorEndpoints;
  readonly registers: TownRegisters;
  close(): Promise<void>;
}

const SLOW_KINDS = ["cjt188", "mbus", "wmbus"] as const satisfies readonly SlowKind[];
const SLOW_LINES = { cjt188: startCjt188Line, mbus: startMbusLine, wmbus: startRadioGateway } as const;

/**
 * Serves a town on its real protocols until closed: a Modbus TCP port for each gateway, an OPC UA server, the
 * control port; every value served goes to the ledger in `dataDir`.
 *
 * @throws {PortBusyError} when a port is taken; nothing is left running then.
 * @throws {ConfigError} when the fault plan, or the one kept by a former run, is not valid.
 */
export async function startSimulators(options: SimulatorsOptions): Promise<Simulators> {
  const { town, clock, dataDir, logger, host = "127.0.0.1" } = options;
  const faults = openFaultBook(dataDir, options.faults);
  const opcuaPort = options.opcuaPort === undefined ? 0 : options.opcuaPort;
  // Gauges are read over OPC UA alone: without it no mains need be solved.
  const pressures = opcuaPort === null ? undefined : await TownPressures.open(town, faults);
  const registers = new TownRegisters(town, faults, pressures);
  const ledger = new Ledger(dataDir);
  const started: (() => Promise<void>)[] = [async () => ledger.close(), async () => pressures?.close()];
  const close = async () => {
    for (const stop of started.splice(0).toReversed()) await stop();
  };
  const keep = <T extends { close(): Promise<void> }>(server: T): T => {
    started.push(() => server.close());
    return server;
  };
  try {
    const world = { clock, registers, faults, ledger };
    const modbus = [];
    for (const [i, { busId }] of town.gateways.entries()) {
      const port = options.modbusPorts?.[i] ?? 0;
      const responseDelayMs = options.responseDelayMs ?? 0;
      const gateway = new Gateway(busId, town, world);
      const server = keep(await startModbusServer(gateway, { host, port, responseDelayMs, logger }));
      modbus.push({ busId, host, port: server.port });
    }
    const slow = [];
    for (const kind of SLOW_KINDS) {
      if (metersOn(town, kind).length === 0) continue;
      const { port } = keep(await SLOW_LINES[kind]({ ...world, town }, { host, port: 0 }));
      slow.push({ kind, host, port });
    }
    const opcua =
      opcuaPort === null ? null : keep(await startOpcUaServer({ ...world, town, host, port: opcuaPort, dataDir }));
    const control = keep(await startControlServer({ faults, clock, host, port: options.controlPort ?? 0, logger }));
    return {
      endpoints: {
        modbus,
        slow,
        opcua: opcua === null ? null : { endpointUrl: opcua.endpointUrl },
        control: { url: control.url },
      },
      registers,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
