import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { nodesets } from "node-opcua-nodesets";
import { OPCUAServer } from "node-opcua-server";

/** A gas flow computer with the interface of PA-DIM. */
export interface PaDimServer {
  readonly endpointUrl: string;
  close(): Promise<void>;
}

/** Where it listens, and where its keys lie. */
export interface PaDimServerOptions {
  readonly port: number;
  readonly dataDir: string;
  /** Users by name; without any it lets everybody in. */
  readonly users?: Readonly<Record<string, string>>;
}

const UNECE = "http://www.opcfoundation.org/UA/units/un/cefact";

/** The signals of the device: name, PA-DIM type, common code and symbol of the unit, first value. */
const SIGNALS = [
  ["VolumeFlow", "ActualVolumeFlowRateVariableType", "MQH", "m³/h", 120],
  ["NormalizedVolumeFlow", "NormalizedVolumeFlowRateVariableType", "Q40", "Nm³/h", 480],
  ["Totalizer", "TotalizerVariableType", "MTQ", "m³", 12_345.678],
  ["Pressure", "PressureMeasurementVariableType", "BAR", "bar", 3.2],
  ["Temperature", "TemperatureMeasurementVariableType", "CEL", "°C", 14],
] as const;

/**
 * Serves `Objects/Plant/FT-201/SignalSet/…/AnalogSignal` by the types of OPC 30081, with units as EUInformation: what a
 * client that understands PA-DIM finds its way in. Values stand still; their source time does not.
 */
export async function startPaDimServer({ port, dataDir, users }: PaDimServerOptions): Promise<PaDimServer> {
  const store = (name: string) =>
    new OPCUACertificateManager({
      rootFolder: join(dataDir, name),
      automaticallyAcceptUnknownCertificate: true,
      disableFileWatchers: true,
    });
  const server = new OPCUAServer({
    host: "127.0.0.1",
    hostname: "127.0.0.1",
    port,
    allowAnonymous: users === undefined,
    userManager: { isValidUser: (user: string, password: string) => users?.[user] === password },
    serverCertificateManager: store("server"),
    userCertificateManager: store("user"),
    nodeset_filename: [nodesets.standard, nodesets.di, nodesets.irdi, nodesets.padim],
  });
  await server.initialize();
  const refresh = addDevice(server);
  refresh();
  const ticking = setInterval(refresh, 500);
  await server.start();
  return {
    endpointUrl: `opc.tcp://127.0.0.1:${server.endpoints[0]?.port ?? port}`,
    close: async () => {
      clearInterval(ticking);
      await server.shutdown(0);
    },
  };
}

/** Adds the device; gives what puts its values on it once more. */
function addDevice(server: OPCUAServer): () => void {
  const space = server.engine.addressSpace;
  if (space == null) throw new Error("the OPC UA server was not initialized before its nodes were added");
  const namespace = space.getOwnNamespace();
  const padim = space.getNamespaceIndex("http://opcfoundation.org/UA/PADIM/");
  const plant = namespace.addFolder(space.rootFolder.objects, { browseName: "Plant" });
  const euInformation = space.findDataType("EUInformation");
  if (euInformation === null) throw new Error("the standard nodeset has no EUInformation");
  const device = namespace.addObject({ organizedBy: plant, browseName: "FT-201" });
  const set = namespace.addObject({ componentOf: device, browseName: { name: "SignalSet", namespaceIndex: padim } });
  const refreshes = SIGNALS.map(([name, typeName, code, symbol, value]) => {
    const type = space.findVariableType(typeName, padim);
    if (type === null) throw new Error(`the nodeset of PA-DIM has no ${typeName}`);
    const signal = namespace.addObject({ componentOf: set, browseName: name });
    const variable = type.instantiate({
      componentOf: signal,
      browseName: { name: "AnalogSignal", namespaceIndex: padim },
      nodeId: `s=FT-201.${name}`,
      dataType: "Float",
      optionals: ["EngineeringUnits"],
    });
    const unit = space.constructExtensionObject(euInformation, {
      namespaceUri: UNECE,
      unitId: [...code].reduce((number, character) => number * 256 + character.charCodeAt(0), 0),
      displayName: { text: symbol },
      description: { text: symbol },
    });
    variable.getPropertyByName("EngineeringUnits")?.setValueFromSource({ dataType: "ExtensionObject", value: unit });
    return () => variable.setValueFromSource({ dataType: "Float", value }, undefined, new Date());
  });
  return () => {
    for (const refresh of refreshes) refresh();
  };
}
