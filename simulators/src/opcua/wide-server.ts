import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { OPCUAServer } from "node-opcua-server";

/** A server with many alike nodes. */
export interface WideOpcUaServer {
  readonly endpointUrl: string;
  close(): Promise<void>;
}

/** How wide it is. */
export interface WideOpcUaOptions {
  readonly nodes: number;
  /** All nodes get new values this often. */
  readonly stepMs: number;
  readonly port: number;
  readonly dataDir: string;
}

/**
 * Serves `ns=1;s=N0`, `N1`, … as Doubles that count seconds, with their source time: a plant wide enough to see what a
 * client does with it. Anonymous, on the loopback.
 */
export async function startWideOpcUaServer({
  nodes,
  stepMs,
  port,
  dataDir,
}: WideOpcUaOptions): Promise<WideOpcUaServer> {
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
    serverCertificateManager: store("server"),
    userCertificateManager: store("user"),
    serverCapabilities: { maxMonitoredItems: nodes * 2, maxMonitoredItemsPerSubscription: nodes * 2 },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  if (space == null) throw new Error("the OPC UA server was not initialized before its nodes were added");
  const namespace = space.getOwnNamespace();
  const plant = namespace.addFolder(space.rootFolder.objects, { browseName: "Plant" });
  const variables = Array.from({ length: nodes }, (_, at) =>
    namespace.addVariable({
      organizedBy: plant,
      browseName: `N${at}`,
      nodeId: `s=N${at}`,
      dataType: "Double",
      minimumSamplingInterval: 0,
    }),
  );
  const step = () => {
    const now = new Date();
    for (const variable of variables)
      variable.setValueFromSource({ dataType: "Double", value: now.getTime() / 1000 }, undefined, now);
  };
  step();
  await server.start();
  const ticking = setInterval(step, stepMs);
  return {
    endpointUrl: `opc.tcp://127.0.0.1:${server.endpoints[0]?.port ?? port}`,
    close: async () => {
      clearInterval(ticking);
      await server.shutdown(0);
    },
  };
}
