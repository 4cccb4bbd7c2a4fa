import { describe, expect, it } from "vitest";
import { isTestFile, packageOf, specifiersOf } from "./import-scan.ts";

describe("the reader of imports", () => {
  it("sees every way to import", () => {
    const text = `import a from "a";
import type { B } from "b";
import { type C, d } from '@s/c/deep';
import {
  many,
  lines,
} from "./many.ts";
import "side-effect";
export * from "e";
export { f } from "f";
const g = await import("g");
const h = require("h");
`;
    const expected = ["a", "b", "@s/c/deep", "./many.ts", "side-effect", "e", "f", "g", "h"];
    expect(specifiersOf(text)).toEqual(expected);
  });

  it("does not take comments and strings for imports", () => {
    expect(
      specifiersOf(
        `// import a from "a";\n/* import b from "b" */\nconst text = "from 'c'";\nexport const from = "d";`,
      ),
    ).toEqual([]);
  });

  it("knows which package a specifier names", () => {
    const specifiers = ["@nightflow/domain/passwords", "zod/v4", "node:fs", "fs", "./x.ts", "../x.ts"];
    expect(specifiers.map(packageOf)).toEqual(["@nightflow/domain", "zod", undefined, undefined, undefined, undefined]);
  });

  it("knows test files", () => {
    expect(["a/b.test.ts", "a/b.real.test.ts", "a/testing/c.ts", "a/vite.config.ts", "a/b.ts"].map(isTestFile)).toEqual(
      [true, true, true, true, false],
    );
  });
});
