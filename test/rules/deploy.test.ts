import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeOf, instructionsOf, ROOT, textOf, unitFiles, unknownTo, valuesIn } from "./deploy-files.ts";

const manifest = JSON.parse(textOf("package.json"));
const dockerfile = instructionsOf(textOf("deploy/Dockerfile"));
const compose = composeOf(textOf("deploy/compose.yaml"));
const services = Object.entries(compose.services).map(([name, service]) => ({ name, ...service }));
const ours = services.filter(({ image }) => image.startsWith("nightflow:"));
const lasting = services.filter(({ restart }) => restart !== "no");
const units = unitFiles();
const isFound = (program: string) => spawnSync(program, ["--version"]).status === 0;
const SECRET = /pass(word)?|secret|token/i;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-deploy-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const restOf = (name: string) => dockerfile.filter((one) => one.name === name).map(({ rest }) => rest);

describe("the Dockerfile", () => {
  it("builds on the very Node that the project pins, by an exact tag", () => {
    for (const image of restOf("FROM"))
      expect(image).toMatch(new RegExp(`^node:${manifest.devDependencies.node}-bookworm-slim( AS \\w+)?$`));
  });

  it("runs as a user without rights, on a program that this user cannot change", () => {
    const last = dockerfile.findLastIndex(({ name }) => name === "USER");
    expect(dockerfile[last]?.rest).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(dockerfile.slice(last).map(({ name }) => name)).not.toContain("COPY");
    for (const copy of restOf("COPY")) expect(copy).not.toContain("--chown");
  });

  it("runs commands that the project has, and starts programs that are there", () => {
    const npm = restOf("RUN").flatMap((rest) => [...rest.matchAll(/(?<![.\w])npm (run )?(\w+)/g)]);
    expect(npm).not.toHaveLength(0);
    for (const [, isScript, what = ""] of npm)
      expect(isScript ? Object.keys(manifest.scripts) : ["ci"]).toContain(what);
    for (const part of [...restOf("ENTRYPOINT"), ...restOf("HEALTHCHECK")])
      expect(existsSync(join(ROOT, /"(deploy\/[^"]+)"/.exec(part)?.[1] ?? "nothing"))).toBe(true);
  });

  it("names the version of Node's image and of Nightflow that compose runs", () => {
    expect(textOf("deploy/Dockerfile")).toContain(`nightflow:${manifest.version}`);
    for (const { image } of ours) expect(image).toBe(`nightflow:${manifest.version}`);
  });

  it("takes signals itself, is looked after, and holds no secret", () => {
    for (const name of ["ENTRYPOINT", "CMD"]) expect(JSON.parse(restOf(name).at(-1) ?? "")).toBeInstanceOf(Array);
    expect(restOf("STOPSIGNAL")).toEqual(["SIGTERM"]);
    expect(restOf("HEALTHCHECK")).toHaveLength(1);
    for (const rest of [...restOf("ENV"), ...restOf("ARG")]) expect(rest).not.toMatch(SECRET);
    const ignored = textOf(".dockerignore").split("\n");
    for (const path of [".git", "**/data", "deploy/secrets", ".env*", "**/node_modules"])
      expect(ignored).toContain(path);
  });

  it("starts with a command that nightflow knows", async () => {
    expect(await unknownTo(JSON.parse(restOf("CMD").at(-1) ?? "[]"))).toEqual([]);
  });
});

describe("compose.yaml", () => {
  it("runs a simple head-end, and every room alone on the servers that they share", () => {
    const of = (profile: string) =>
      services.filter(({ profiles }) => profiles?.includes(profile)).map(({ name }) => name);
    expect(of("simple")).toEqual(["up", "grafana-reader-embedded", "grafana-embedded"]);
    expect(of("rooms")).toEqual(
      expect.arrayContaining([
        "mosquitto",
        "influxdb",
        "postgres",
        "redis",
        "grafana",
        "ingest-a",
        "ingest-b",
        "analytics",
        "api",
      ]),
    );
    expect(services.every(({ profiles }) => profiles?.length === 1)).toBe(true);
  });

  it.each(services)("names $name's image by an exact version", ({ image }) => {
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  });

  it.each(ours)("gives $name a command that nightflow knows", async ({ command = [] }) => {
    expect(await unknownTo(command)).toEqual([]);
  });

  it("lets nobody in from elsewhere than this machine", () => {
    for (const { ports = [] } of services) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it("knows every service, secret and volume that it names", () => {
    for (const { depends_on = {}, secrets = [], volumes = [], network_mode } of services) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const isOnce = compose.services[name]?.restart === "no";
        expect(condition).toBe(isOnce ? "service_completed_successfully" : "service_healthy");
        expect(Object.keys(compose.services)).toContain(name);
      }
      for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret);
      for (const volume of volumes) expectPlace(volume.split(":")[0] ?? "");
      if (network_mode !== undefined) expect(Object.keys(compose.services)).toContain(network_mode.split(":")[1]);
    }
  });

  function expectPlace(source: string): void {
    if (source.startsWith(".")) expect(existsSync(join(ROOT, "deploy", source)), source).toBe(true);
    else expect(Object.keys(compose.volumes)).toContain(source);
  }

  it("has every secret in a file, none in the environment", () => {
    for (const { environment = {} } of services)
      for (const [name, value] of Object.entries(environment))
        if (SECRET.test(name) || /_URL/.test(name)) expect(value).toMatch(/^(\/|http:\/\/influxdb:)/);
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\.\/secrets\//);
  });

  it.each(lasting)("starts $name again when it ends, looks after it, and bounds its memory and its log", (service) => {
    expect(service.restart).toBe("unless-stopped");
    expect(service.healthcheck?.test?.[0]).toBe("CMD");
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.logging).toBeDefined();
  });

  it("lets our own containers write to their data and nowhere else", () => {
    for (const { read_only } of ours) expect(read_only).toBe(true);
  });

  it("mounts configurations that nightflow takes", async () => {
    const { loadConfig } = await import("@nightflow/nightflow");
    expect(loadConfig(join(ROOT, "deploy/config/up.yaml")).config.store).toBe("duckdb");
    const { config } = loadConfig(join(ROOT, "deploy/config/rooms.yaml"));
    expect(config.mqtt?.username).toBe("nightflow-ingest");
    expect(textOf("deploy/mosquitto/acl")).toContain("user nightflow-ingest");
  });

  it("bounds Mosquitto in the container as beside it", () => {
    const limits = (path: string) =>
      textOf(path)
        .split("\n")
        .filter((line) => line.startsWith("max_"));
    expect(limits("deploy/mosquitto/container.conf")).toEqual(limits("deploy/mosquitto/mosquitto.conf"));
  });
});

describe("the programs of the containers", () => {
  const script = (name: string) => join(ROOT, "deploy/docker", name);
  const node = (name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, [script(name), ...args], { encoding: "utf8", env: { ...process.env, ...env } });

  it("hand on the command line, with secrets from files", () => {
    expect(node("start.mjs", ["--version"])).toMatchObject({ status: 0, stdout: `${manifest.version}\n` });
    const failed = node("start.mjs", ["up"], { DATABASE_URL_FILE: join(folder, "none") });
    expect(failed.status).toBe(2);
    expect(failed.stderr).toContain("DATABASE_URL_FILE cannot be read");
  });

  it("say whether a room is alive", async () => {
    let status = 200;
    const server = createServer((request, response) =>
      response.writeHead(request.url === "/health/live" ? status : 404).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const ask = () => runNode(script("health.mjs"), [String(port)]);
    expect(await ask()).toBe(0);
    status = 503;
    expect(await ask()).toBe(1);
    await new Promise((resolve) => server.close(resolve));
    expect(await ask()).toBe(1);
  });

  it("make every secret that compose names, once, where only their owner gets in", () => {
    const secrets = join(folder, "secrets");
    expect(node("make-secrets.mjs", [secrets]).status).toBe(0);
    const wanted = Object.values(compose.secrets).map(({ file }) => file.replace("./secrets/", ""));
    expect(readdirSync(secrets).toSorted()).toEqual(wanted.toSorted());
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    const before = readFileSync(join(secrets, "database-url"), "utf8");
    node("make-secrets.mjs", [secrets]);
    expect(readFileSync(join(secrets, "database-url"), "utf8")).toBe(before);
    expect(before).toContain(readFileSync(join(secrets, "postgres-password"), "utf8").trim());
  });

  it.each(["docker/start-grafana.sh", "docker/start-redis.sh", "mosquitto/make-passwords.sh"])(
    "are shell that a shell can read: %s",
    (name) => {
      execFileSync("sh", ["-n", join(ROOT, "deploy", name)]);
    },
  );
});

describe("the systemd units", () => {
  it.each(units)("$name runs a command that is there", async ({ name, text }) => {
    if (name.endsWith(".timer")) return expect(valuesIn(text, "OnCalendar")).toHaveLength(1);
    const [command = ""] = valuesIn(text, "ExecStart");
    const [node, program = "", ...args] = command.split(" ");
    expect(node).toBe("/opt/nightflow/node_modules/.bin/node");
    expect(existsSync(join(ROOT, program))).toBe(true);
    if (!program.startsWith("nightflow/")) return;
    const rooms = args.includes("%i") && args[0] === "%i" ? ["broker", "ingest", "analytics", "api"] : ["a"];
    for (const room of rooms) expect(await unknownTo(args.map((arg) => arg.replace("%i", room)))).toEqual([]);
  });

  const services = units.filter(({ name }) => name.endsWith(".service"));
  it.each(services)("$name has no rights that it does not need, and bounds", ({ text }) => {
    for (const key of ["NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictNamespaces", "LockPersonality"])
      expect(valuesIn(text, key)).toEqual(["yes"]);
    expect(valuesIn(text, "ProtectSystem")).toEqual(["strict"]);
    expect(valuesIn(text, "CapabilityBoundingSet")).toEqual([""]);
    expect(valuesIn(text, "SystemCallFilter")).toContain("@system-service");
    expect(valuesIn(text, "StateDirectory")).toHaveLength(1);
    expect(valuesIn(text, "MemoryMax")).toHaveLength(1);
    expect([...valuesIn(text, "DynamicUser"), ...valuesIn(text, "User")]).toHaveLength(1);
  });

  it.runIf(isFound("systemd-analyze")).each(services)(
    "$name is what systemd takes, and exposes little",
    ({ name, text }) => {
      const file = join(folder, name.replace("@.", "@ingest."));
      // The program is installed elsewhere here; everything else is looked at as it is.
      const here = text
        .replaceAll("/opt/nightflow/node_modules/.bin/node", process.execPath)
        .replaceAll("/opt/nightflow", ROOT);
      writeFileSync(file, here);
      const verified = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
      expect(verified.stderr).not.toContain(name);
      expect(verified.status).toBe(0);
      const exposure = spawnSync("systemd-analyze", ["security", "--offline=true", "--threshold=20", file], {
        encoding: "utf8",
      });
      expect(exposure.status, exposure.stdout).toBe(0);
    },
  );
});

/** Exit code of a program of Node that runs beside this test's own server. */
async function runNode(file: string, args: readonly string[]): Promise<number | null> {
  const { spawn } = await import("node:child_process");
  const child = spawn(process.execPath, [file, ...args], { stdio: "ignore" });
  return await new Promise((resolve) => child.on("exit", resolve));
}
