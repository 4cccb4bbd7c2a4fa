import { formsOf, type Skeleton } from "./insert.ts";

/** A meter model on Modbus: its file, with a vector that is false until the manual has been read. */
export function profileSkeleton(name: string): Skeleton {
  const { words } = formsOf(name);
  const profile = {
    name,
    model: words,
    source: { document: "which manual, and its edition", pages: "which pages", reference: "where it can be had" },
    notes: "Say what is not certain. Take this line out when nothing is left to say.",
    addressBase: 40001,
    registers: {
      forward_total: {
        quantity: "forward_total",
        functionCode: 3,
        unit: "m3",
        resolution: 0.001,
        parts: [{ address: 40001, type: "uint32" }],
      },
    },
    vectors: [
      {
        register: "forward_total",
        words: ["0000 0000"],
        value: 123.456,
        unit: "m3",
        verified: false,
        source: "what the dial showed while these words were read: put yours in",
      },
    ],
  };
  return {
    files: { [`edge-agent/profiles/${name}.json`]: `${JSON.stringify(profile, null, 2)}\n` },
    insertions: [],
    failingTest: "edge-agent/src/profiles/profiles.test.ts",
    next: [
      `fill edge-agent/profiles/${name}.json in; nightflow probe shows a block of registers in every decoding`,
      "set a vector's verified to true only where its words were captured of a meter",
    ],
  };
}
