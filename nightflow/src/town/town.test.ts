import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildTown } from "@nightflow/simulators";
import { describe, expect, it } from "vitest";
import { readMapFile } from "../registry/read-map.ts";
import { townAgentConfig } from "./agent-config.ts";
import { toCsv } from "./csv.ts";
import { townRegistry } from "./registry.ts";
import { writeTownRegistry } from "./setup.ts";

const TOWN = buildTown({ historyStartMs: Date.UTC(2026, 0, 1), homesPerDma: 3, otherProtocols: true });

/** The southernmost latitude of a geometry. */
function southOf(geometry: unknown): number {
  const numbers = [...JSON.stringify(geometry).matchAll(/\[(-?[\d.]+),(-?[\d.]+)\]/g)].map((pair) => Number(pair[2]));
  return Math.min(...numbers);
}

describe("the set-up of a simulated town", () => {
  it("registers every channel that its agent announces, and no other", () => {
    const endpoints = {
      modbus: TOWN.gateways.map(({ busId }, at) => ({ busId, host: "127.0.0.1", port: 1502 + at })),
      slow: (["cjt188", "mbus", "wmbus"] as const).map((kind, at) => ({ kind, host: "127.0.0.1", port: 1602 + at })),
      opcua: { endpointUrl: "opc.tcp://127.0.0.1:4840" },
      control: { url: "http://127.0.0.1:1" },
    };
    const announced = townAgentConfig(TOWN, endpoints).channels.map((channel) => channel.id as string);
    const registered = (townRegistry(TOWN, "town/gw-1").channels ?? []).map((row) => row.id);
    expect(new Set(announced)).toEqual(new Set(registered));
    expect(announced.length).toBeGreaterThan(TOWN.meters.length);
  });

  it("gives the hotel and the factory to the manager", () => {
    const accounts = townRegistry(TOWN, "town/gw-1").accounts ?? [];
    expect(accounts.filter((row) => row.manager === "manager")).toHaveLength(2);
  });

  it("has a map with an outline of every district, which the registry takes", () => {
    const folder = mkdtempSync(join(tmpdir(), "nightflow-town-"));
    try {
      writeTownRegistry(TOWN, folder);
      const { features, faults } = readMapFile(folder);
      expect(faults).toEqual([]);
      const outlined = features?.flatMap(({ dmaId }) => dmaId ?? []);
      expect(outlined).toEqual(TOWN.dmas.map(({ id }) => id));
      const [first, last] = [features?.find(({ dmaId }) => dmaId === outlined?.[0]), features?.at(-2)];
      expect(southOf(first?.geometry)).toBeGreaterThan(southOf(last?.geometry));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("quotes what CSV needs quoted", () => {
    expect(toCsv([{ a: 'x"y', b: "1,2", c: null }])).toBe('a,b,c\n"x""y","1,2",\n');
    expect(toCsv([])).toBe("");
  });
});
