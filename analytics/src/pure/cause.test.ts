import { describe, expect, it } from "vitest";
import { type CauseFacts, probableCauses } from "./cause.ts";

const NOTHING: CauseFacts = {
  rule: "NIGHT_MIN",
  subjectKind: "dma",
  districtRiseM3h: null,
  districtBandM3h: null,
  districtExpectedM3h: null,
  dayRiseM3h: null,
  dayBeforeM3h: null,
  customersChange: null,
  pressureChange: null,
  customersMeasured: 0,
  customers: 0,
  customerRises: [],
  agent: null,
};
const RISEN = { ...NOTHING, districtRiseM3h: 3, districtBandM3h: 0.8, districtExpectedM3h: 2 };

describe("the probable cause of a finding", () => {
  it("is told by nothing where nothing is known", () => expect(probableCauses(NOTHING)).toEqual([]));

  it("lies with a customer whose night flow rose as much as the district's", () => {
    const rises = [{ meterId: "H-1", riseM3h: 2.8 }];
    const [first] = probableCauses({ ...RISEN, customers: 40, customersMeasured: 40, customerRises: rises });
    expect(first).toMatchObject({ side: "customer", pointsTo: "H-1" });
    expect(first?.confidence).toBeGreaterThan(0.8);
    expect(first?.reasons.map(({ en }) => en).join()).toContain("H-1 rose as much");
  });

  it("lies in the network when only the district rose, and less surely so while customers were not measured", () => {
    const [known] = probableCauses({ ...RISEN, customers: 40, customersMeasured: 40 });
    const [unknown] = probableCauses({ ...RISEN, customers: 40, customersMeasured: 12 });
    expect(known).toMatchObject({ side: "network" });
    expect(unknown).toMatchObject({ side: "network" });
    expect(known?.confidence ?? 0).toBeGreaterThan(unknown?.confidence ?? 1);
    expect(unknown?.reasons.at(-1)?.en).toContain("12 of 40");
  });

  it("is the inlet's meter when it shows more in proportion while pressure and customers stay as they were", () => {
    const facts = { ...RISEN, districtRiseM3h: 1, districtExpectedM3h: 2, dayRiseM3h: 5, dayBeforeM3h: 10 };
    const told = { ...facts, customersChange: 0.01, pressureChange: 0, customers: 40, customersMeasured: 40 };
    expect(probableCauses(told)[0]).toMatchObject({ side: "meter" });
    const leak = { ...told, dayRiseM3h: 1.05, pressureChange: -0.06 };
    expect(probableCauses(leak)[0]).toMatchObject({ side: "network" });
  });

  it("is communication when all meters of one agent are silent", () => {
    const facts = { ...NOTHING, rule: "COMMS" as const, agent: { id: "town/gw", silent: 9, meters: 9 } };
    expect(probableCauses(facts)[0]).toMatchObject({ side: "comms", pointsTo: "town/gw", confidence: 0.95 });
    expect(probableCauses({ ...facts, agent: { id: "town/gw", silent: 1, meters: 9 } })).toEqual([]);
  });

  it("takes a night within the band for no rise", () => {
    expect(probableCauses({ ...RISEN, districtRiseM3h: 0.5, customers: 4, customersMeasured: 4 })).toEqual([]);
  });

  it("of a customer's own meter is the customer's where the district shows nothing", () => {
    const facts = { ...NOTHING, rule: "CONT_FLOW" as const, subjectKind: "meter" as const };
    expect(probableCauses({ ...facts, customerRises: [{ meterId: "H-1", riseM3h: 0.02 }] })[0]).toMatchObject({
      side: "customer",
      pointsTo: "H-1",
    });
  });
});
