import { describe, expect, it } from "vitest";
import { firstProfile } from "./first-profile.ts";
import { testOrder } from "./test-order.ts";

const place = { host: "10.0.0.7", port: 502, unitId: 3 };

describe("a test read", () => {
  it("reads every register of the profile as it is being edited, kept or not", () => {
    const order = testOrder(firstProfile("pump"), place);
    expect(order).toMatchObject({
      kind: "test-read",
      busConfig: {
        host: "10.0.0.7",
        units: [{ unitId: 3, profile: "pump", channels: { forward_total: "test.forward_total" } }],
      },
      channels: [{ id: "test.forward_total", quantity: "forward_total", unit: "m3", resolution: 0.001 }],
      profiles: { pump: { name: "pump" } },
    });
  });

  it("is not ordered for what is no profile yet", () => {
    for (const text of [null, 5, {}, { name: "pump" }, { name: "pump", registers: {} }])
      expect(testOrder(text, place)).toBeNull();
  });
});
