import { join } from "node:path";
import { asPortError, type Clock, countsToValue, realMsUntil } from "@nightflow/domain";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { OPCUAServer } from "node-opcua-server";
import { SLOT_MS } from "../demand/calendar.ts";
import type { FaultBook } from "../faults/fault-book.ts";
import type { Ledger } from "../ledger.ts";
import type { Town, TownMeter, TownRegister } from "../town/town.ts";
import type { TownRegisters } from "../town/town-registers.ts";

/** A listening OPC UA server. */
export interface OpcUaServer {
  readonly endpointUrl: string;
  close(): Promise<void>;
}

/** What the served meters live in, and where to listen. */
export interface OpcUaServerOptions {
  readonly town: Town;
  readonly registers: TownRegisters;
  readonly faults: FaultBook;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
}

interface Node {
  readonly meter: TownMeter;
  readonly register: TownRegister;
  readonly set: (value: number, sourceAtMs: number) => void;
  readonly historize: () => void;
}

/** Device times at which the meters put new values on their nodes; the first that is rare enough is taken. */
const REFRESH_MS = [1000, 10_000, 60_000, 300_000, SLOT_MS] as const;
const SHORTEST_REFRESH_REAL_MS = 500;
/** Device history of each node: values from before the start, a minute apart at least, and the most that it holds. */
const HISTORY_STEP_MS = 60_000;
const HISTORY_STEPS = 96;
const HISTORY_MAX = 5000;
/** Who may sign in besides everybody. It is a simulation on the loopback. */
const USERS: Readonly<Record<string, string>> = { reader: "simulated" };

/**
 * Serves the town's OPC UA meters: a folder per meter, a Double per register in the register's unit, good quality,
 * the device's time as source timestamp. New values come on a fixed grid of device time. Keys lie in `dataDir`.
 *
 * @throws {PortBusyError} when the port is taken.
 */
export async function startOpcUaServer(options: OpcUaServerOptions): Promise<OpcUaServer> {
  const server = createServer(options);
  await server.initialize();
  const nodes = addNodes(server, options.town);
  for (const node of nodes) keepHistory(node, options);
  const refresh = startRefresh(nodes, options);
  await server.start().catch(async (error: unknown) => {
    refresh.stop();
    await server.shutdown(0).catch(() => {});
    throw asPortError(error, "OPC UA server", options.host, options.port);
  });
  const port = server.endpoints[0]?.port ?? options.port;
  return {
    endpointUrl: `opc.tcp://${options.host}:${port}`,
    close: async () => {
      refresh.stop();
      await server.shutdown(0);
    },
  };
}

function createServer(options: OpcUaServerOptions): OPCUAServer {
  const pki = (name: string) =>
    new OPCUACertificateManager({
      name,
      rootFolder: join(options.dataDir, "pki", name),
      automaticallyAcceptUnknownCertificate: true,
    });
  return new OPCUAServer({
    host: options.host,
    hostname: options.host,
    port: options.port,
    allowAnonymous: true,
    userManager: { isValidUser: (user: string, password: string) => USERS[user] === password },
    serverCertificateManager: pki("server"),
    userCertificateManager: pki("user"),
    serverInfo: { applicationUri: "urn:nightflow:simulators" },
    buildInfo: { productName: "Nightflow simulated meters" },
  });
}

function addNodes(server: OPCUAServer, town: Town): readonly Node[] {
  const space = server.engine.addressSpace;
  if (space == null) throw new Error("the OPC UA server was not initialized before its nodes were added");
  const namespace = space.getOwnNamespace();
  return town.meters
    .filter((meter) => meter.access.kind === "opcua")
    .flatMap((meter) => {
      const folder = namespace.addFolder(space.rootFolder.objects, { browseName: meter.id, nodeId: `s=${meter.id}` });
      return meter.registers.map((register) => {
        const variable = namespace.addVariable({
          componentOf: folder,
          browseName: register.name,
          nodeId: `s=${meter.id}.${register.name}`,
          description: register.unit,
          dataType: "Double",
          minimumSamplingInterval: 0,
        });
        const set = (value: number, sourceAtMs: number) =>
          variable.setValueFromSource({ dataType: "Double", value }, undefined, new Date(sourceAtMs));
        const historize = () => space.installHistoricalDataNode(variable, { maxOnlineValues: HISTORY_MAX });
        return { meter, register, set, historize };
      });
    });
}

/** A device keeps measuring while its server is down: its history is there again, from before the start. */
function keepHistory(node: Node, options: OpcUaServerOptions): void {
  node.historize();
  const stepMs = Math.max(stepOf(options.clock), HISTORY_STEP_MS);
  const lastMs = Math.floor(options.clock.now() / stepMs) * stepMs;
  for (let steps = HISTORY_STEPS; steps > 0; steps--) refreshNode(node, lastMs - steps * stepMs, options);
}

function stepOf(clock: Clock): number {
  return REFRESH_MS.find((ms) => clock.toRealMs(ms) >= SHORTEST_REFRESH_REAL_MS) ?? SLOT_MS;
}

function startRefresh(nodes: readonly Node[], options: OpcUaServerOptions): { stop(): void } {
  const { clock } = options;
  const stepMs = stepOf(clock);
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    const gridMs = Math.floor(clock.now() / stepMs) * stepMs;
    for (const node of nodes) refreshNode(node, gridMs, options);
    timer = setTimeout(run, realMsUntil(clock, gridMs + stepMs));
  };
  run();
  return { stop: () => clearTimeout(timer) };
}

/** Puts the register's value of an instant on its node; a silent meter's node goes stale. */
function refreshNode(node: Node, atMs: number, { registers, faults, ledger }: OpcUaServerOptions): void {
  const { meter, register } = node;
  if (faults.isSilent(meter.id, atMs)) return;
  const value = registers.registerAt(meter.id, register.name, atMs);
  ledger.append(atMs, meter.id, register.name, value);
  node.set(register.resolution === undefined ? value : countsToValue(value, register.resolution), atMs);
}
