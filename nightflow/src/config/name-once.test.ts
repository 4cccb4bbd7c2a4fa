import { existsSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LinkFile, nameOnce } from "./name-once.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-name-once-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const withoutLinks =
  (code: string, meanwhile: () => void = () => undefined): LinkFile =>
  () => {
    meanwhile();
    throw Object.assign(new Error(`${code}: link`), { code });
  };

function draftOf(text: string): { readonly draft: string; readonly path: string } {
  const [draft, path] = [join(folder, "draft"), join(folder, "named")];
  writeFileSync(draft, text);
  return { draft, path };
}

describe.each([
  ["with hard links", linkSync],
  ["where links are not permitted (exFAT)", withoutLinks("EPERM")],
  ["where links are not supported (a network share)", withoutLinks("ENOTSUP")],
])("a file that is named once, %s", (_, link) => {
  it("has its whole text under its name", () => {
    const { draft, path } = draftOf("mine");
    nameOnce(draft, path, link);
    expect(readFileSync(path, "utf8")).toBe("mine");
    rmSync(draft, { force: true });
    expect(readdirSync(folder)).toEqual(["named"]);
  });

  it("never takes the place of the one that another program has named first", () => {
    const { draft, path } = draftOf("mine");
    writeFileSync(path, "theirs");
    nameOnce(draft, path, link);
    expect(readFileSync(path, "utf8")).toBe("theirs");
    expect(existsSync(`${path}.claim`)).toBe(false);
  });
});

describe("a file that is named where there are no hard links", () => {
  it("yields to another program that came between the look and the naming", () => {
    const { draft, path } = draftOf("mine");
    nameOnce(
      draft,
      path,
      withoutLinks("EPERM", () => writeFileSync(path, "theirs")),
    );
    expect(readFileSync(path, "utf8")).toBe("theirs");
  });

  it("is not held up for ever by a program that was killed while it named its own", () => {
    const { draft, path } = draftOf("mine");
    writeFileSync(`${path}.claim`, "");
    nameOnce(draft, path, withoutLinks("ENOTSUP"));
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect(existsSync(`${path}.claim`)).toBe(false);
  });

  it("is not there at all when its disk is full", () => {
    const { draft, path } = draftOf("mine");
    expect(() => nameOnce(draft, path, withoutLinks("ENOSPC"))).toThrow("ENOSPC");
    expect(existsSync(path)).toBe(false);
  });
});
