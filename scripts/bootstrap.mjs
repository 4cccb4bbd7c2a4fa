#!/usr/bin/env node
// Sets the workspace up when that is needed, then runs one task under the Node version that the project pins.
// Plain JavaScript without dependencies: on a fresh clone it runs on whatever Node (20 or newer) the machine has.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, "node_modules", ".bin", name);
const node = bin("node");
const installMark = join(root, "node_modules", ".nightflow-installed");
// Node keeps what it has compiled, types stripped: every process and thread of ours starts in half the time.
process.env.NODE_COMPILE_CACHE ??= join(root, "node_modules", ".cache", "nightflow-compiled");
const pagesFolder = join(root, "dashboards", "web");
const pagesMark = join(pagesFolder, "dist", ".built-from");
/** What the pages are made of: a change in any of these builds them again. */
const PAGE_SOURCES = ["dashboards/web", "dashboards/reports", "analytics/src", "domain/src", "package-lock.json"];

const TASKS = {
  demo: { pages: true, steps: (args) => [[node, "nightflow/src/main.ts", "demo", ...args]] },
  nightflow: { pages: true, steps: (args) => [[node, "nightflow/src/main.ts", ...args]] },
  test: { pages: true, steps: (args) => [vitest("run", ...args)] },
  "test-unit": { pages: false, steps: (args) => [vitest("run", "--project", "unit", ...args)] },
  "test-faults": { pages: true, steps: (args) => [faults(...args)] },
  lint: { pages: false, steps: () => [[node, bin("biome"), "check", "--error-on-warnings", "."]] },
  types: {
    pages: false,
    steps: () => [
      [node, bin("tsc")],
      [node, bin("tsc"), "-p", "dashboards/web"],
    ],
  },
  build: { pages: true, steps: () => [] },
  docs: { pages: false, steps: () => [[node, "scripts/write-docs.ts"]] },
  new: { pages: false, steps: (args) => [[node, "scripts/new.ts", ...args]] },
  sim: { pages: false, steps: (args) => [[node, "test/sim/main.ts", ...args]] },
  bench: { pages: false, steps: (args) => [[node, "bench/src/main.ts", ...args]] },
  check: { pages: true, steps: () => [...TASKS.lint.steps(), ...TASKS.types.steps(), ...TASKS.test.steps([])] },
};

function vitest(...args) {
  return [node, join(root, "node_modules", "vitest", "vitest.mjs"), ...args];
}

/** What kills things at random moments, twenty times each where nothing else is said. */
const FAULTS = ["test/faults/kill", "test/faults/rooms", "test/faults/away", "storage/src/jobs/redis/kills"];

function faults(...args) {
  process.env.NIGHTFLOW_FAULT_ROUNDS ??= "20";
  return vitest("run", "--project", "chain", ...FAULTS, ...args);
}

function say(text) {
  process.stderr.write(`nightflow: ${text}\n`);
}

/** Runs a command in the workspace and gives its exit code. */
function run([command, ...args], options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", ...options });
    const forward = (signal) => child.kill(signal);
    // A terminal sends Ctrl-C to the whole group; without one (a supervisor, CI) only this process hears of it.
    const interrupt = process.stdin.isTTY ? () => {} : forward;
    process.on("SIGTERM", forward);
    process.on("SIGHUP", forward);
    process.on("SIGINT", interrupt);
    child.on("error", (error) => {
      say(`cannot run ${command}: ${error.message}`);
      resolve(127);
    });
    child.on("exit", (code, signal) => {
      process.off("SIGTERM", forward);
      process.off("SIGHUP", forward);
      process.off("SIGINT", interrupt);
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}

const hashOf = (...parts) => createHash("sha256").update(parts.join("\0")).digest("hex");
const readOr = (path, otherwise) => (existsSync(path) ? readFileSync(path, "utf8") : otherwise);

async function install() {
  const wanted = hashOf(readFileSync(join(root, "package-lock.json"), "utf8"));
  if (readOr(installMark, "") === wanted && existsSync(node)) return 0;
  say("installing dependencies from the lock file (npm ci), this takes a minute or two the first time");
  const npm = process.env.npm_execpath;
  const ci = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const code = await run(npm?.endsWith(".js") ? [process.execPath, npm, ...ci] : ["npm", ...ci], {
    // The installer's own output belongs to stderr: stdout stays the task's.
    stdio: ["ignore", process.stderr, "inherit"],
  });
  if (code === 0) writeFileSync(installMark, wanted);
  else say("npm ci failed; its message is above. Check the connection to the package registry and free disk space.");
  return code;
}

function* filesUnder(path) {
  const full = join(root, path);
  if (!existsSync(full)) return;
  const entries = readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name === "dist" || entry.name === "node_modules") continue;
    const child = join(path, entry.name);
    if (entry.isDirectory()) yield* filesUnder(child);
    else if (!/\.(test|spec)\.tsx?$/.test(entry.name)) yield child;
  }
}

function pagesHash() {
  const parts = [];
  for (const source of PAGE_SOURCES)
    for (const file of source.includes(".") && !source.includes("/") ? [source] : filesUnder(source))
      parts.push(relative(".", file), readFileSync(join(root, file), "utf8"));
  return hashOf(...parts);
}

async function buildPages() {
  if (!existsSync(join(pagesFolder, "index.html"))) return 0;
  const wanted = pagesHash();
  if (readOr(pagesMark, "") === wanted) return 0;
  say("building the pages (vite build)");
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const code = await run([node, vite, "build", "--logLevel", "warn"], {
    cwd: pagesFolder,
    stdio: ["ignore", process.stderr, "inherit"],
  });
  if (code === 0) {
    mkdirSync(dirname(pagesMark), { recursive: true });
    writeFileSync(pagesMark, wanted);
  }
  return code;
}

async function main([name, ...args]) {
  const task = TASKS[name];
  if (task === undefined) {
    say(`unknown task ${name}; there are ${Object.keys(TASKS).join(", ")}`);
    return 2;
  }
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) {
    say(`Node 20 or newer is needed to start; this is ${process.version}`);
    return 2;
  }
  let code = await install();
  if (code === 0 && task.pages) code = await buildPages();
  for (const step of code === 0 ? task.steps(args) : []) {
    code = await run(step);
    if (code !== 0) break;
  }
  return code;
}

process.exitCode = await main(process.argv.slice(2));
