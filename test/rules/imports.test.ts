import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Import, importsIn, isTestFile, packageOf } from "./import-scan.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** ARCHITECTURE's table: what of Nightflow each room may import. Doors other than `.` are named. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  storage: ["domain"],
  "edge-agent": ["domain"],
  broker: ["domain"],
  ingest: ["domain", "storage"],
  analytics: ["domain", "storage"],
  "crm-api": ["domain", "storage", "analytics/pure"],
  dashboards: ["domain", "analytics/pure"],
  simulators: ["domain"],
  nightflow: ["*"],
  test: ["*"],
  bench: ["*"],
};

/** Holds imports as text, to test the reader of imports. */
const SAMPLES = "test/rules/import-scan.test.ts";

/** Files that only make other files of the project, with development packages. */
const GENERATORS: ReadonlySet<string> = new Set(["dashboards/src/api-types.ts"]);

const ROOMS = Object.keys(MAY_IMPORT);
const SCOPE = "@nightflow/";

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (room: string): Manifest => JSON.parse(readFileSync(join(ROOT, room, "package.json"), "utf8"));
const ROOT_TOOLS = Object.keys(manifestOf(".").devDependencies ?? {});
const importsOf = new Map(ROOMS.map((room) => [room, importsIn(ROOT, room)]));
const ofRoom = (room: string): readonly Import[] => importsOf.get(room) ?? [];
const shown = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

/** `@nightflow/analytics/pure` is `analytics/pure`; undefined for anything else. */
function doorOf(specifier: string): string | undefined {
  return specifier.startsWith(SCOPE) ? specifier.slice(SCOPE.length) : undefined;
}

function isAllowed(room: string, door: string): boolean {
  const allowed = MAY_IMPORT[room] ?? [];
  const [other = ""] = door.split("/");
  return other === room || allowed.includes("*") || allowed.includes(other) || allowed.includes(door);
}

describe("ARCHITECTURE's import table", () => {
  it("speaks of every room that there is", () => {
    const { workspaces } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect([...workspaces].sort()).toEqual([...ROOMS].sort());
  });

  it.each(ROOMS)("%s imports no room that it may not", (room) => {
    const wrong = ofRoom(room).filter(({ specifier }) => {
      const door = doorOf(specifier);
      return door !== undefined && !isAllowed(room, door);
    });
    expect(wrong.map(shown)).toEqual([]);
  });

  it.each(ROOMS)("%s goes into other rooms by their doors only", (room) => {
    const wrong = ofRoom(room).filter(({ specifier }) => {
      const door = doorOf(specifier);
      if (door === undefined) return false;
      const [other = "", ...rest] = door.split("/");
      const entry = rest.length === 0 ? "." : `./${rest.join("/")}`;
      return !existsSync(join(ROOT, other, "package.json")) || manifestOf(other).exports?.[entry] === undefined;
    });
    expect(wrong.map(shown)).toEqual([]);
  });

  it.each(ROOMS)("%s reaches into no other room by a path", (room) => {
    const wrong = ofRoom(room).filter(({ file, specifier }) => {
      const target = normalize(join(dirname(file), specifier));
      return specifier.startsWith(".") && !target.startsWith(`${room}/`);
    });
    expect(wrong.map(shown)).toEqual([]);
  });

  it.each(ROOMS)("%s declares every package that it uses", (room) => {
    const { name, dependencies = {}, optionalDependencies = {}, devDependencies = {} } = manifestOf(room);
    const declared = new Set([name, ...Object.keys({ ...dependencies, ...optionalDependencies })]);
    const forTests = new Set([...declared, ...Object.keys(devDependencies), ...ROOT_TOOLS]);
    // What the browser gets is bundled when it is built, so its packages are development packages of the room.
    const mayUse = (file: string) => (isForDevelopment(file) ? forTests : declared);
    const wrong = ofRoom(room).filter(({ file, specifier }) => {
      const used = packageOf(specifier);
      return used !== undefined && file !== SAMPLES && !mayUse(file).has(used);
    });
    expect(wrong.map(shown)).toEqual([]);
  });

  it("domain uses zod and nothing else", () => {
    const used = ofRoom("domain").filter(({ file }) => !isTestFile(file));
    const packages = new Set(used.map(({ specifier }) => packageOf(specifier)).filter((name) => name !== undefined));
    expect([...packages]).toEqual(["zod"]);
    expect(Object.keys(manifestOf("domain").dependencies ?? {})).toEqual(["zod"]);
  });

  it("the door of domain that the pages bundle needs nothing of Node", () => {
    const wrong = ofRoom("domain").filter(
      ({ file, specifier }) => specifier.startsWith("node:") && !isTestFile(file) && file !== "domain/src/passwords.ts",
    );
    expect(wrong.map(shown)).toEqual([]);
    expect(readFileSync(join(ROOT, "domain/src/index.ts"), "utf8")).not.toContain("passwords");
  });

  it("no room depends on itself by way of others", () => {
    expect(ROOMS.flatMap((room) => cycleFrom(room, []))).toEqual([]);
  });

  it("no folder says in its package.json what its room may not import", () => {
    const wrong = ROOMS.flatMap((room) =>
      Object.keys(manifestOf(room).dependencies ?? {})
        .map(doorOf)
        .filter((door) => door !== undefined && !isAllowed(room, door) && !isAllowed(room, `${door}/pure`))
        .map((door) => `${room} declares ${door}`),
    );
    expect(wrong).toEqual([]);
  });
});

function isForDevelopment(file: string): boolean {
  return isTestFile(file) || GENERATORS.has(file) || /^(dashboards\/web|test|bench)\//.test(file);
}

function roomsUsedBy(room: string): string[] {
  const doors = ofRoom(room).flatMap(({ specifier }) => doorOf(specifier)?.split("/")[0] ?? []);
  return [...new Set(doors)].filter((other) => other !== room);
}

/** The cycles that a walk from `room` runs into, as `a → b → a`. */
function cycleFrom(room: string, way: readonly string[]): string[] {
  if (way.includes(room)) return way[0] === room ? [[...way, room].join(" → ")] : [];
  return roomsUsedBy(room).flatMap((other) => cycleFrom(other, [...way, room]));
}
