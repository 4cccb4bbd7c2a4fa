import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PacketFilter } from "./packet-filter.ts";

const BEAT = Buffer.from("FE7BFE", "hex");

function passed(...chunks: string[]): string {
  const out: Buffer[] = [];
  const filter = new PacketFilter([BEAT], (bytes) => out.push(bytes));
  for (const chunk of chunks) filter.push(Buffer.from(chunk, "hex"));
  vi.advanceTimersByTime(1000);
  return Buffer.concat(out).toString("hex").toUpperCase();
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each([
  ["alone", ["FE7BFE"], ""],
  ["twice", ["FE7BFEFE7BFE"], ""],
  ["before an answer", ["FE7BFE0103020001"], "0103020001"],
  ["behind an answer", ["0103020001FE7BFE"], "0103020001"],
  ["in two pieces", ["FE", "7BFE"], ""],
  ["in two pieces before an answer", ["FE7B", "FE0103"], "0103"],
])("a heartbeat %s is taken off", (_, chunks, rest) => {
  expect(passed(...chunks)).toBe(rest);
});

it("the same bytes inside an answer stay, and so does a beginning that goes on differently", () => {
  expect(passed("0103FE7BFE0001")).toBe("0103FE7BFE0001");
  expect(passed("FE", "0103")).toBe("FE0103");
  expect(passed("FE7B")).toBe("FE7B");
});
