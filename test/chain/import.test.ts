import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ApiClient } from "@nightflow/nightflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Installation } from "../support/installation.ts";
import { testedStores } from "../support/stores.ts";

interface Counts {
  readonly stored: number;
  readonly conflicts: number;
  readonly deadLetters: number;
  readonly quarantined: number;
}

interface SetAsidePage {
  readonly items: readonly {
    readonly channel: string;
    readonly readAt: number;
    readonly reasonCode: string;
    readonly reason: string;
  }[];
  readonly counts: Counts;
}

interface Anomaly {
  readonly rule: string;
  readonly subject: string;
  readonly state: string;
  readonly ticket: object | null;
  readonly noTicketReason: string | null;
}

const HOUR_MS = 3_600_000;
const DAYS = 40;
const HOURS = DAYS * 24;
const LEAK_DAYS = { from: 30, to: 34 };
const HEADER = "meter,read_at,forward_total_m3";

/** One row of a readings file: the hour's register of a home, in which a pipe leaks for some days. */
function row(meter: string, startMs: number, hour: number, registerL: number): string {
  return `${meter},${new Date(startMs + hour * HOUR_MS).toISOString()},${(registerL / 1000).toFixed(3)}`;
}

/** Hourly registers of a home that sleeps from 23 to 6 local time, with a leak of 300 L/h from day 30 to day 34. */
function home(meter: string, startMs: number): string[] {
  let registerL = 12_345;
  return Array.from({ length: HOURS }, (_, hour) => {
    const localHour = (hour + 8) % 24;
    const isAwake = localHour >= 6 && localHour < 23;
    const leaks = hour >= LEAK_DAYS.from * 24 && hour < LEAK_DAYS.to * 24;
    const text = row(meter, startMs, hour, registerL);
    registerL += (isAwake ? 8 + ((hour * 7) % 13) : 0) + (leaks ? 300 : 0);
    return text;
  });
}

describe.each(testedStores())("import of a readings file, on $name", (store) => {
  describe.runIf(store.isThere)("by the command line", () => {
    let installation: Installation;
    let startMs: number;
    let first: readonly string[];

    beforeAll(async () => {
      installation = await Installation.make({
        place: await store.place(),
        factor: "real",
        homesPerDma: 1,
        gasCustomers: 0,
      });
      startMs = installation.liveStartMs - (DAYS + 2) * 24 * HOUR_MS;
      startMs -= startMs % (24 * HOUR_MS);
      first = [...home("OLD-1", startMs), ...home("OLD-2", startMs)];
    });

    afterAll(() => installation?.close());

    const file = (name: string, lines: readonly string[]): string => {
      const path = join(installation.folder, name);
      const text = `${[HEADER, ...lines].join("\n")}\n`;
      writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
      return path;
    };
    const storedCounts = () => installation.withHeadEnd(async (place) => place.store?.counts());

    it("stores every good row and names the line and the fault of every broken one", async () => {
      const broken = [
        "OLD-1,yesterday,1.000",
        "OLD-1,2026-01-01T00:00:00Z,lots",
        ",2026-01-01T00:00:00Z,1.000",
        "OLD-2,2026-01-01T00:00:00Z,1.0005",
      ];
      const { code, stdout } = await installation.importByCommand(file("first.csv", [...first, ...broken]));
      const line = first.length + 2;
      expect(code).toBe(0);
      expect(stdout).toContain(
        `${first.length} readings in 1 batches are stored for good, ${first.length} of them new`,
      );
      expect(stdout).toContain("2 new meters; 4 rows left out");
      expect(stdout).toContain(`line ${line}: "yesterday" is not an ISO 8601 time`);
      expect(stdout).toContain(`line ${line + 1}: "lots" is not a decimal number`);
      expect(stdout).toContain(`line ${line + 2}: the meter is empty`);
      expect(stdout).toContain(`line ${line + 3}: "1.0005" is not a whole number of counts of 0.001 m3`);
      expect(await storedCounts()).toMatchObject({
        stored: first.length,
        deadLetters: 0,
        quarantined: 0,
        conflicts: 0,
      });
    });

    it("stores nothing when the same file comes again", async () => {
      const { code, stdout } = await installation.importByCommand(join(installation.folder, "first.csv"));
      expect(code).toBe(0);
      expect(stdout).toContain("0 of them new; 0 new meters");
      expect(await storedCounts()).toMatchObject({ stored: first.length, conflicts: 0 });
    });

    it("stores only the new rows of another file that overlaps, packed or not", async () => {
      const overlapping = [...first.slice(-500), ...home("OLD-3", startMs)];
      const { code, stdout } = await installation.importByCommand(file("second.csv.gz", overlapping));
      expect(code).toBe(0);
      expect(stdout).toContain(`${overlapping.length} readings`);
      expect(stdout).toContain(`${HOURS} of them new; 1 new meters; 0 rows left out`);
      expect(await storedCounts()).toMatchObject({ stored: first.length + HOURS, conflicts: 0 });
    });

    describe("with a head-end that runs", () => {
      let api: ApiClient;

      beforeAll(async () => {
        await installation.startUp();
        api = await installation.signIn("control");
      });

      const conflicts = () => api.get<SetAsidePage>("/api/set-aside/conflict");

      it("puts a second value for an instant on the conflict list, and the first one stays", async () => {
        const before = (await conflicts()).counts;
        const other = [row("OLD-1", startMs, 5, 999_000), row("OLD-1", startMs, HOURS, 999_999)];
        const { code, stdout } = await installation.importByCommand(file("third.csv", other));
        expect(code).toBe(0);
        expect(stdout).toContain("2 readings in 1 batches are stored for good");
        const { items, counts } = await conflicts();
        expect(counts).toMatchObject({ stored: before.stored + 1, conflicts: 1 });
        expect(items[0]).toMatchObject({ readAt: startMs + 5 * HOUR_MS, reasonCode: "SECOND_VALUE" });
        const at = `from=${startMs + 5 * HOUR_MS}&to=${startMs + 5 * HOUR_MS + 1}`;
        const { items: kept } = await api.get<{ items: { value: number }[] }>(`/api/meters/OLD-1/readings?${at}`);
        expect(kept.map(({ value }) => value.toFixed(3))).toEqual([first[5]?.split(",")[2]]);
      });

      it("stores nothing of a file that its own head-end has taken before", async () => {
        const before = (await conflicts()).counts;
        const { code } = await installation.importByCommand(join(installation.folder, "first.csv"));
        expect(code).toBe(0);
        expect((await conflicts()).counts).toEqual(before);
      });

      it("finds the leaks of the past and opens no ticket for any of them", async () => {
        const found = await eventually("findings about the imported homes", async () => {
          const { items } = await api.get<{ items: Anomaly[] }>("/api/anomalies?state=all&limit=500");
          const homes = ["OLD-1", "OLD-2", "OLD-3"];
          return homes.every((meter) => items.some(({ subject }) => subject === meter)) ? items : undefined;
        });
        expect(found.filter(({ ticket }) => ticket !== null)).toEqual([]);
        expect(new Set(found.map(({ noTicketReason }) => noTicketReason))).toEqual(new Set(["past"]));
        const { items: tickets } = await api.get<{ items: object[] }>("/api/tickets?state=all");
        expect(tickets).toEqual([]);
        const { items: jobs } = await (await installation.signIn("admin")).get<{ items: object[] }>("/api/jobs");
        expect(jobs).toEqual([]);
      });
    });
  });
});
