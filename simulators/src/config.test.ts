import { expect, test } from "vitest";
import { modbusPortsOf, SimulatorsConfig } from "./config.ts";

test("an empty configuration serves the default town on ports that follow each other", () => {
  const config = SimulatorsConfig.parse({});
  expect(modbusPortsOf(config, 4)).toEqual([1502, 1503, 1504, 1505]);
  expect(modbusPortsOf({ ...config, modbusPort: 0 }, 2)).toEqual([0, 0]);
});

test("a setting that does not exist is refused", () => {
  expect(SimulatorsConfig.safeParse({ seeds: 3 }).success).toBe(false);
});
