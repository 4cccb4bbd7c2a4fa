#!/usr/bin/env node
import { Command, Option } from "commander";
import manifest from "../package.json" with { type: "json" };
import { exitCodeOf, reportError } from "./commands/failure.ts";

// What people and their meters do is nobody else's to read. Folders may be passed through: as root, PostgreSQL's own user
// has to reach its folder in the data folder.
process.umask(process.umask() | 0o066);

/** Each command loads its rooms only when it runs: `nightflow --help` needs none of them. */
const program = new Command("nightflow")
  .description("Collects remote-read meters, finds leaks and abnormal use, carries every finding to a closed ticket.")
  .version(manifest.version)
  .showHelpAfterError("(add --help to see what there is)")
  // What was typed cannot work: 2, as for every other fault that the user can mend. Commander itself ends with 1.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const configOption = () =>
  new Option("--config <file>", "configuration file (default: nightflow.yaml, else the defaults)");

const operatorTokenOption = () =>
  new Option(
    "--operator-token-file <file>",
    "token of InfluxDB that may make buckets and tokens (or NIGHTFLOW_INFLUXDB_OPERATOR_TOKEN)",
  );

program
  .command("up")
  .description("run head-end, analytics and API in this process, PostgreSQL beside it")
  .addOption(configOption())
  .action(async (options) => (await import("./commands/up.ts")).runUp(options));

const room = (name: "broker" | "ingest" | "analytics" | "api", description: string) =>
  program
    .command(name)
    .description(description)
    .addOption(configOption())
    .action(async (options) => (await import("./commands/room.ts")).runRoomAlone(name, options));

room("broker", "run Nightflow's broker alone").option("--port <port>", "port instead of broker.port");
room("ingest", "run ingest alone on an MQTT broker of yours; several share the batches").option(
  "--name <name>",
  "its own name among several: the broker keeps its session while it is away",
);
room("analytics", "run analytics alone; several share the meters").option(
  "--resplit",
  "split the meters anew by analytics.shards: what the detectors have learnt is learnt again",
);
room("api", "run the API and its pages alone; several stand behind one address").option(
  "--port <port>",
  "port instead of api.port",
);

const agent = program
  .command("agent")
  .argument("<file>")
  .description("run an edge agent with its own configuration file")
  .action(async (file) => (await import("./commands/agent.ts")).runAgent(file));
agent
  .command("join <file> [text]")
  .description("get an agent its certificate, by the text that is shown where a token is made")
  .option("--url <url>", "address of the platform, in place of the text")
  .option("--token <token>", "one-time token (or NIGHTFLOW_AGENT_JOIN_TOKEN)")
  .option("--ca <fingerprint>", "SHA-256 of the platform's root certificate")
  .action(async (file, text, options) => (await import("./commands/agent.ts")).runJoin(file, text, options));

program
  .command("probe")
  .description(
    "look at the Modbus meters of a line before configuring them: units, decodings, three readings (probe --help)",
  )
  .allowUnknownOption()
  .helpOption(false)
  .argument("[options...]")
  .action(async (_options, _own, command) => (await import("./commands/probe.ts")).runProbeCommand(command.args));

program
  .command("opcua [words...]")
  .description("certificates, endpoints and nodes of OPC UA servers, as `nightflow-agent opcua`")
  .allowUnknownOption()
  .helpOption(false)
  .action(async (_words, _options, command) => (await import("./commands/agent.ts")).runOpcUa(command.args));

program
  .command("simulators")
  .description(
    "serve a simulated town on Modbus TCP and OPC UA; a second start on the same folder goes on with the same town",
  )
  .option("--data <folder>", "where its state and its ledger are kept", "./data/simulators")
  .option("--clock <file>", "anchor of a scaled clock")
  .option("--setup <folder>", "write the registry's CSV files and the agent's configuration for this town there")
  .option("--seed <number>", "seed of the town")
  .option("--modbus-port <port>", "port of the first Modbus gateway; 0 takes free ones")
  .option("--opcua-port <port>", "port of the OPC UA server; 0 takes a free one")
  .option("--control-port <port>", "port where faults are listed and repaired; 0 takes a free one")
  .action(async (options) => (await import("./commands/simulators.ts")).runSimulators(options));

const agentConfig = program
  .command("config")
  .description("what agents should read, version by version (docs/remote-configuration.md)");
agentConfig
  .command("get <agent>")
  .description("print the desired configuration of an agent (site/agent) as JSON")
  .option("--version <number>", "an older version")
  .addOption(configOption())
  .action(async (agent, options) => (await import("./commands/agent-config.ts")).runConfigGet(agent, options));
agentConfig
  .command("put <agent> <file>")
  .description("check a configuration (JSON or YAML), keep it as a new version, and have the API send it")
  .requiredOption("--reason <why>", "why it is changed; kept with the version")
  .option("--dry-run", "only list every fault, and what would change")
  .addOption(configOption())
  .action(async (agent, file, options) =>
    (await import("./commands/agent-config.ts")).runConfigPut(agent, file, options),
  );
agentConfig
  .command("diff <agent> [from] [to]")
  .description("print what is different between two versions; the newest two by default")
  .addOption(configOption())
  .action(async (agent, from, to, options) =>
    (await import("./commands/agent-config.ts")).runConfigDiff(agent, from, to, options),
  );
agentConfig
  .command("history <agent>")
  .description("print who changed it, when and why")
  .addOption(configOption())
  .action(async (agent, options) => (await import("./commands/agent-config.ts")).runConfigHistory(agent, options));

const registry = program.command("registry").description("units, users, customers, meters and channels");
registry
  .command("import <folder>")
  .description("import a folder of CSV files; all or nothing")
  .option("--dry-run", "only list what would change, and every fault")
  .addOption(configOption())
  .action(async (folder, options) => (await import("./commands/registry.ts")).runRegistryImport(folder, options));

program
  .command("export <file>")
  .description(
    "write readings of the embedded store to a .parquet, .csv or .csv.gz file, while nightflow up stands still",
  )
  .option("--channels <ids>", "ids of channels, separated by commas (default: all)")
  .option("--from <instant>", "first instant, ISO 8601")
  .option("--to <instant>", "instant behind the last one, ISO 8601")
  .addOption(configOption())
  .action(async (file, options) => (await import("./commands/export.ts")).runExport(file, options));

const store = program.command("store").description("the file of the embedded store, while nightflow up stands still");
store
  .command("check")
  .description("read every block of the store file and say what cannot be read")
  .addOption(configOption())
  .action(async (options) => (await import("./commands/store.ts")).runStoreCheck(options));
store
  .command("salvage <file>")
  .description("save what can be read of a damaged store file into a new one")
  .addOption(configOption())
  .action(async (file, options) => (await import("./commands/store.ts")).runStoreSalvage(file, options));
store
  .command("compact")
  .description("sort readings by channel and time now")
  .option("--even-unread", "also what no consumer of the feed has ever said to have read")
  .addOption(configOption())
  .action(async (options) => (await import("./commands/store.ts")).runStoreCompact(options));

program
  .command("import <file>")
  .description(
    "import readings from a CSV file (also .gz) through MQTT and ingest, or a .parquet file that export wrote",
  )
  .option("--kind <kind>", "customer or district: what meters that are not known yet become", "customer")
  .option("--time-zone <zone>", "zone of times without an offset, and of the meters' nights", "UTC")
  .option("--resolution <m3>", "size of one count of meters that are not known yet", "0.001")
  .option("--unit <code>", "unit that new meters belong to (default: the company of that zone)")
  .option("--columns <map>", "columns, for example meter=id,read_at=time,forward_total_m3=total")
  .addOption(configOption())
  .action(async (file, options) =>
    file.endsWith(".parquet")
      ? (await import("./commands/export.ts")).runImportExported(file, options.config)
      : (await import("./commands/import.ts")).runImport(file, options),
  );

program
  .command("replay")
  .description("run the live detectors over a file of readings")
  .requiredOption("--readings <file>", "CSV as for import, also .gz, sorted by meter and time")
  .requiredOption("--kind <kind>", "customer or district")
  .requiredOption("--time-zone <zone>", "zone of the meters' nights")
  .option("--out <file>", "alarms as CSV: meter, opened_at, closed_at, class")
  .option(
    "--explain <meter>",
    "print day by day why a finding about this meter was or was not raised, instead of alarms",
  )
  .option("--resolution <m3>", "size of one count", "0.001")
  .option("--period <minutes>", "time between two readings", "60")
  .option("--key-account", "every meter is a key account of its own: judged by the band of its hours")
  .option("--terms <file>", "JSON of its thresholds, shifts and days, as GET /accounts/{id}/terms gives them")
  .action(async (options) => (await import("./commands/replay.ts")).runReplay(options));

program
  .command("identity <name>")
  .description("make a password for an MQTT identity and print the lines for nightflow.yaml")
  .addOption(
    new Option("--role <role>", "what it may do").choices(["agent", "device", "api", "monitor"]).default("agent"),
  )
  .addOption(configOption())
  .action(async (name, options) => (await import("./commands/identity.ts")).runIdentity(name, options));

program
  .command("backup")
  .description("take both stores, the files and the keys as one set, while nightflow up runs or stands still")
  .option("--to <folder>", "folder that gets nightflow-YYYYMMDD-HHMMSS")
  .option("--keep <number>", "keep only so many backups of this installation there")
  .option("--without-secrets", "leave out the authority's key, passwords and tokens; agents then have to join anew")
  .option("--verify <folder>", "instead: read a whole backup and compare it with what was written")
  .addOption(operatorTokenOption())
  .addOption(configOption())
  .action(async (options) => (await import("./commands/backup.ts")).runBackup(options));

program
  .command("restore")
  .description("bring a backup back into an empty installation, while nothing of it runs")
  .requiredOption("--from <folder>", "the backup: nightflow-YYYYMMDD-HHMMSS")
  .option("--replace", "set what is there aside (nothing is deleted) and put the backup in its place")
  .addOption(operatorTokenOption())
  .addOption(configOption())
  .action(async (options) => (await import("./commands/restore.ts")).runRestore(options));

program
  .command("doctor")
  .description("check ports, stores, clocks, disk, rights, versions and certificates, and say what to mend")
  .option("--json", "one JSON object instead of lines")
  .addOption(
    new Option("--lang <language>", "language of the words (default: that of the system)").choices(["zh", "en"]),
  )
  .addOption(configOption())
  .action(async (options) => (await import("./commands/doctor.ts")).runDoctor(options));

program
  .command("password <login>")
  .description("give a user a new password and print it once")
  .addOption(configOption())
  .action(async (login, options) => (await import("./commands/password.ts")).runPassword(login, options));

program
  .command("grafana")
  .description("Grafana's way to the hourly series in PostgreSQL")
  .command("setup")
  .description("make the role by which Grafana reads, and print its new password once")
  .option("--password-file <file>", "the password to give it, for machines; without it a new one is made and printed")
  .addOption(configOption())
  .action(async (options) => (await import("./commands/grafana.ts")).runGrafanaSetup(options));

const influx = program.command("influx").description("the InfluxDB 2 that readings rest in");
influx
  .command("setup")
  .description("make its organisation, buckets, InfluxQL mappings and tokens; what is there stays as it is")
  .option("--dry-run", "only say what would be made")
  .option("--rotate", "make new tokens; the old ones stay valid until they are revoked")
  .option("--revoke-replaced", "delete the tokens that were replaced")
  .option(
    "--operator-token-file <file>",
    "token that may make buckets and tokens (or NIGHTFLOW_INFLUXDB_OPERATOR_TOKEN)",
  )
  .addOption(configOption())
  .action(async (options) => (await import("./commands/influx.ts")).runInfluxSetup(options));

program
  .command("demo")
  .description("a simulated town on real sockets, from registers to closed tickets")
  .option("--smoke", "run until a live leak's ticket is closed and one report exists, print one JSON line, end")
  .option("--data <folder>", "data folder, emptied at the start", "./data/demo")
  .option("--seed <number>", "seed of the town", "1")
  .option("--store <store>", "duckdb or influxdb (then NIGHTFLOW_INFLUXDB_URL, _ORG, _BUCKET and _TOKEN)", "duckdb")
  .action(async (options) => (await import("./commands/demo.ts")).runDemo(options));

// `nightflow … | head` closes the pipe early: what is being done goes on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

try {
  await program.parseAsync();
} catch (error) {
  reportError(error);
  // By then all that was started is closed; a connection that was about to be made again must not keep the program.
  process.exit(exitCodeOf(error));
}
