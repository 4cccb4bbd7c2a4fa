import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readRegistryFolder } from "./read-folder.ts";

function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), "nf-registry-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe("a registry folder", () => {
  it("gives the rows of each file with their lines", () => {
    const { tables, faults } = readRegistryFolder(folderWith({ "units.csv": "code,kind\nA,company\n\nB,region\n" }));
    expect(faults).toEqual([]);
    expect(tables.units).toEqual([
      { line: 2, values: { code: "A", kind: "company" } },
      { line: 4, values: { code: "B", kind: "region" } },
    ]);
  });

  it("names a file that it does not know and one that is not CSV, and reads the others", () => {
    const { tables, faults } = readRegistryFolder(
      folderWith({ "unit.csv": "a\n", "users.csv": 'login\n"open\n', "dmas.csv": "id\nD1\n" }),
    );
    expect(faults).toHaveLength(2);
    expect(faults[0]).toContain("unit.csv: not a registry file");
    expect(faults[1]).toContain("users.csv");
    expect(tables.dmas).toHaveLength(1);
  });

  it("lists every line with too few or too many cells, and reads the lines between them", () => {
    const { tables, faults } = readRegistryFolder(folderWith({ "units.csv": "code,kind\nA\nB,region\nC,x,y\n" }));
    expect(faults).toEqual([
      "units.csv line 2: it has 1 cells and the header has 2",
      "units.csv line 4: it has 3 cells and the header has 2",
    ]);
    expect(tables.units).toEqual([{ line: 3, values: { code: "B", kind: "region" } }]);
  });

  it("is refused in another encoding or with semicolons, in words", () => {
    const gbk = Buffer.concat([
      Buffer.from("code,name_zh\nA,"),
      Buffer.from([0xb9, 0xab, 0xcb, 0xbe]),
      Buffer.from("\n"),
    ]);
    const { faults } = readRegistryFolder(folderWith({ "units.csv": gbk, "users.csv": "login;role\nx;desk\n" }));
    expect(faults[0]).toContain("units.csv: it is not UTF-8");
    expect(faults[1]).toContain("users.csv: its columns are separated by semicolons");
  });

  it("is a fault when it is a file", () => {
    const folder = folderWith({ "units.csv": "code\n" });
    expect(readRegistryFolder(join(folder, "units.csv")).faults[0]).toContain("is a file; name the folder");
  });

  it("is a fault when it is missing or empty", () => {
    expect(readRegistryFolder("/nowhere/at/all").faults).toEqual(["/nowhere/at/all: there is no such folder"]);
    expect(readRegistryFolder(folderWith({})).faults[0]).toContain("there is no CSV file in it");
  });
});
