/** What a new profile begins with: one total, whose address and telegram are to be filled in. */
export function firstProfile(name: string): unknown {
  return {
    protocol: "modbus",
    name,
    model: "",
    source: { document: "", pages: "", reference: "" },
    addressBase: 0,
    registers: {
      forward_total: {
        quantity: "forward_total",
        functionCode: 3,
        unit: "m3",
        resolution: 0.001,
        parts: [{ address: 0, type: "uint32", order: "ABCD" }],
      },
    },
    vectors: [],
  };
}
