import { describe, expect, it } from "vitest";
import {
  asPortError,
  ConfigError,
  describeError,
  NightflowError,
  PortBusyError,
  WireError,
  WireVersionError,
} from "./errors.ts";

describe("errors", () => {
  it("are told apart by code, and keep their cause", () => {
    const cause = new Error("bad byte");
    const error = new WireVersionError("version 9", { cause, remedy: "update" });
    expect(error).toBeInstanceOf(NightflowError);
    expect(error).toBeInstanceOf(WireError);
    expect(error).toMatchObject({
      code: "WIRE_VERSION_UNKNOWN",
      retriable: false,
      remedy: "update",
      name: "WireVersionError",
    });
    expect(describeError(error)).toBe("version 9; because bad byte");
    expect(describeError("text")).toBe("text");
  });

  it("of configuration list every fault", () => {
    const error = new ConfigError("nightflow.yaml", ["broker.port: too big", "dataDir: missing"]);
    expect(error.message).toBe("nightflow.yaml: 2 fault(s)\n  - broker.port: too big\n  - dataDir: missing");
  });

  it("of a busy port name it, and leave other errors alone", () => {
    const busy = asPortError(Object.assign(new Error(), { code: "EADDRINUSE" }), "the API", "127.0.0.1", 8480);
    expect(busy).toBeInstanceOf(PortBusyError);
    expect(String(busy)).toContain("127.0.0.1:8480");
    const other = new Error("EACCES");
    expect(asPortError(other, "the API", "h", 1)).toBe(other);
  });
});
