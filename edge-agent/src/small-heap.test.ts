import { describe, expect, it } from "vitest";
import { beginWithSmallHeap, type Replaceable } from "./small-heap.ts";

/** A process that tells what it was replaced by. */
function processWith(changes: { [Key in keyof Replaceable]?: Replaceable[Key] | undefined }) {
  const replacements: (readonly string[])[] = [];
  const execve = (_file: string, args: readonly string[] = []): never => {
    replacements.push(args);
    return undefined as never;
  };
  const argv = ["/usr/bin/node", "/opt/agent.mjs", "agent.yaml"];
  const running = { argv, env: {}, execArgv: [], execPath: "/usr/bin/node", channel: undefined, execve, ...changes };
  return { running: running as Replaceable, replacements };
}

describe("an agent's heap", () => {
  it("is kept small by beginning again with V8's flags, the same program and its arguments", () => {
    const { running, replacements } = processWith({ execArgv: ["--enable-source-maps"] });
    beginWithSmallHeap(running);
    expect(replacements).toEqual([
      [
        "/usr/bin/node",
        "--enable-source-maps",
        "--heap-growing-percent=40",
        "--max-semi-space-size=4",
        "/opt/agent.mjs",
        "agent.yaml",
      ],
    ]);
  });

  it("is not begun a third time", () => {
    const { running, replacements } = processWith({});
    beginWithSmallHeap(running);
    const execArgv = replacements.flat().filter((arg) => arg.startsWith("--"));
    const again = processWith({ execArgv });
    beginWithSmallHeap(again.running);
    expect(again.replacements).toHaveLength(0);
  });

  it("keeps what a person chose, on the command line or in NODE_OPTIONS", () => {
    const env = { NODE_OPTIONS: "--max_semi_space_size=32" };
    const { running, replacements } = processWith({ env, execArgv: ["--heap-growing-percent=100"] });
    beginWithSmallHeap(running);
    expect(replacements).toHaveLength(0);
  });

  it("is left as it is where a process cannot be replaced, or a parent talks to it", () => {
    for (const changes of [{ execve: undefined }, { channel: {} as Replaceable["channel"] }]) {
      const { running, replacements } = processWith(changes);
      beginWithSmallHeap(running);
      expect(replacements).toHaveLength(0);
    }
  });
});
