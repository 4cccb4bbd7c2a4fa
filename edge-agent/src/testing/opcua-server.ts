import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { NodeClass, StatusCodes } from "node-opcua-client";
import { OPCUAServer } from "node-opcua-server";

type Namespace = NonNullable<ReturnType<NonNullable<OPCUAServer["engine"]["addressSpace"]>["getOwnNamespace"]>>;
type UAVariable = ReturnType<Namespace["addVariable"]>;

/** One value of history. */
export interface KeptValue {
  readonly atMs: number;
  readonly value: number;
}

/** How a server of a test is made. */
export interface TestOpcUaServerOptions {
  /** Node names below `Objects/Plant`, each `ns=1;s=<name>`. */
  readonly names: readonly string[];
  /** Trusts every client; without it a test has to trust them. */
  readonly acceptsAnyClient?: boolean;
  readonly users?: Readonly<Record<string, string>>;
  readonly anonymous?: boolean;
  /** Keeps history from its start on. */
  readonly historize?: boolean;
}

/** An OPC UA server for tests: nodes of type Double that count by the clock and carry their source time. */
export class TestOpcUaServer {
  readonly folder: string;
  port = 0;
  readonly #options: TestOpcUaServerOptions;
  #server: OPCUAServer | undefined;
  #variables = new Map<string, UAVariable>();
  #ticking: NodeJS.Timeout | undefined;
  /** What history holds over restarts: a device keeps it. */
  readonly #kept = new Map<string, KeptValue[]>();

  private constructor(folder: string, options: TestOpcUaServerOptions) {
    this.folder = folder;
    this.#options = options;
  }

  static async start(options: TestOpcUaServerOptions): Promise<TestOpcUaServer> {
    const server = new TestOpcUaServer(await mkdtemp(join(tmpdir(), "nightflow-opcua-")), options);
    await server.start();
    return server;
  }

  get url(): string {
    return `opc.tcp://127.0.0.1:${this.port}`;
  }

  /** URI of the namespace that its nodes lie in. */
  get namespaceUri(): string {
    return this.#server?.engine.addressSpace?.getOwnNamespace().namespaceUri ?? "";
  }

  /** Starts it, on the same port as before. */
  async start(): Promise<void> {
    const { acceptsAnyClient = true, users = {}, anonymous = true, names } = this.#options;
    const store = (name: string, automaticallyAcceptUnknownCertificate: boolean) =>
      new OPCUACertificateManager({
        rootFolder: join(this.folder, name),
        automaticallyAcceptUnknownCertificate,
        disableFileWatchers: true,
      });
    this.#server = new OPCUAServer({
      host: "127.0.0.1",
      hostname: "127.0.0.1",
      port: this.port,
      allowAnonymous: anonymous,
      userManager: { isValidUser: (user: string, password: string) => users[user] === password },
      serverCertificateManager: store("server", acceptsAnyClient),
      userCertificateManager: store("user", true),
    });
    await this.#server.initialize();
    for (const name of names) this.add(name);
    this.tick();
    await this.#server.start();
    this.port = this.#server.endpoints[0]?.port ?? 0;
    this.#ticking = setInterval(() => this.tick(), 100);
  }

  /** Adds a node while the server runs. */
  add(name: string): void {
    const { namespace, plant } = this.#plant();
    const variable = namespace.addVariable({
      organizedBy: plant,
      browseName: name,
      nodeId: `s=${name}`,
      dataType: "Double",
      minimumSamplingInterval: 50,
    });
    this.#variables.set(name, variable);
    if (this.#options.historize === true) this.#historize(name, variable);
  }

  /**
   * Adds a valve beside the others: `<name>.Open`, which may be set, and `<name>.Position`, an Int16 from 0 to 100 that follows
   * after a while.
   */
  addValve(name: string, followsMs: number): void {
    const { namespace, plant } = this.#plant();
    const position = namespace.addVariable({
      organizedBy: plant,
      browseName: `${name}.Position`,
      nodeId: `s=${name}.Position`,
      dataType: "Int16",
      userAccessLevel: "CurrentRead",
      value: { dataType: "Int16", value: 100 },
    });
    const open = namespace.addVariable({
      organizedBy: plant,
      browseName: `${name}.Open`,
      nodeId: `s=${name}.Open`,
      dataType: "Boolean",
      value: { dataType: "Boolean", value: true },
    });
    const follow = () => {
      const value = open.readValue().value.value === true ? 100 : 0;
      position.setValueFromSource({ dataType: "Int16", value });
    };
    open.on("value_changed", () => setTimeout(follow, followsMs).unref());
  }

  set(name: string, value: number, status = StatusCodes.Good, at = new Date()): void {
    this.#variables.get(name)?.setValueFromSource({ dataType: "Double", value }, status, at);
  }

  /** What a node of a valve shows. */
  shows(name: string): unknown {
    const node = this.#server?.engine.addressSpace?.findNode(`ns=1;s=${name}`);
    return node?.nodeClass === NodeClass.Variable ? (node as UAVariable).readValue().value.value : undefined;
  }

  /** Values go on by themselves until `freeze`. */
  tick(): void {
    const at = new Date();
    for (const name of this.#variables.keys()) this.set(name, at.getTime() / 1000, StatusCodes.Good, at);
  }

  freeze(): void {
    clearInterval(this.#ticking);
  }

  thaw(): void {
    this.#ticking = setInterval(() => this.tick(), 100);
  }

  /** What the server's history holds of a node. */
  kept(name: string): readonly KeptValue[] {
    return this.#kept.get(name) ?? [];
  }

  /** Goes on measuring and keeping while nobody can connect. */
  keepWithoutServer(name: string, value: KeptValue): void {
    this.#kept.set(name, [...this.kept(name), value]);
  }

  /** Trusts the certificates of clients that were refused. */
  async trustClients(): Promise<void> {
    const manager = this.#server?.serverCertificateManager;
    const rejected = join(this.folder, "server", "rejected");
    for (const file of await readdir(rejected)) {
      const pem = await readFile(join(rejected, file), "utf8");
      await manager?.trustCertificate(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64"));
    }
  }

  /** Ends every session at once and stops listening. */
  async stop(): Promise<void> {
    this.freeze();
    this.#variables.clear();
    await this.#server?.shutdown(0);
    this.#server = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #plant() {
    const space = this.#server?.engine.addressSpace;
    const namespace = space?.getOwnNamespace();
    if (space == null || namespace === undefined) throw new Error("no address space");
    const found = space.findNode("ns=1;s=Plant");
    const plant = found ?? namespace.addFolder(space.rootFolder.objects, { browseName: "Plant", nodeId: "s=Plant" });
    return { namespace, plant };
  }

  #historize(name: string, variable: UAVariable): void {
    const space = this.#server?.engine.addressSpace;
    space?.installHistoricalDataNode(variable, { maxOnlineValues: 100_000 });
    for (const { atMs, value } of this.kept(name))
      variable.setValueFromSource({ dataType: "Double", value }, StatusCodes.Good, new Date(atMs));
    variable.on("value_changed", (data) => {
      const atMs = data.sourceTimestamp?.getTime();
      if (atMs !== undefined && data.statusCode.isGood())
        this.keepWithoutServer(name, { atMs, value: Number(data.value.value) });
    });
  }
}
