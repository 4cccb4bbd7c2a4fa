/** The benchmarks by name; each prints a table and one JSON line. */
const BENCHES: Readonly<Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>>> = {
  "agent-points": () => import("./agent-points/bench.ts"),
  "broker-idle": () => import("./broker-idle/bench.ts"),
  capacity: () => import("./capacity/bench.ts"),
  "catch-up": () => import("./catch-up/bench.ts"),
  "dead-unit": () => import("./dead-unit/bench.ts"),
  derived: () => import("./derived/bench.ts"),
  fuzz: () => import("./fuzz/bench.ts"),
  ingest: () => import("./ingest/bench.ts"),
  "modbus-units": () => import("./modbus-units/bench.ts"),
  "opcua-items": () => import("./opcua-items/bench.ts"),
  pace: () => import("./peers/bench.ts"),
  leaks: () => import("./leaks/bench.ts"),
  rules: () => import("./rules/bench.ts"),
  store: () => import("./store/bench.ts"),
};

const [name, ...args] = process.argv.slice(2);
const names = name === undefined ? Object.keys(BENCHES) : [name];
for (const each of names) {
  const load = BENCHES[each];
  if (load === undefined) {
    process.stderr.write(`no bench ${each}; there are ${Object.keys(BENCHES).join(", ")}\n`);
    process.exitCode = 2;
    break;
  }
  await (await load()).run(args);
}
