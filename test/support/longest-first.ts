import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Whole installations first: their files take minutes and are short, so that by size, which Vitest goes by on a machine that
 * has run no test yet, they come last, and one worker ends long after the others.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => turnOf(a.moduleId) - turnOf(b.moduleId));
  }
}

function turnOf(file: string): number {
  if (/\/test\/(faults|chain|pages)\//.test(file)) return 0;
  return file.endsWith(".real.test.ts") ? 1 : 2;
}
