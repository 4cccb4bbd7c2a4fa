import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePorts, isPortFree } from "./free-ports.ts";

test("free ports are different ones that no outgoing connection can take before we listen", async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  expect(Math.min(...ports)).toBeGreaterThan(1_023);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

test("a port that somebody listens on is not free", async () => {
  const [port = 0] = await freePorts(1);
  const holder = createServer();
  await new Promise<void>((resolve) => {
    holder.listen(port, "127.0.0.1", resolve);
  });
  try {
    expect(await isPortFree(port)).toBe(false);
  } finally {
    await new Promise((resolve) => holder.close(resolve));
  }
  expect(await isPortFree(port)).toBe(true);
});
