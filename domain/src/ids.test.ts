import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { channelIdOf } from "./channel.ts";
import { type AccountId, isId, MeterId, ServicePointId } from "./ids.ts";

describe("ids", () => {
  it("are the same in the schema and in the quick check", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 70 }), fc.stringMatching(/^[A-Za-z0-9_.:-]{0,66}$/)), (text) => {
        expect(isId(text)).toBe(MeterId.safeParse(text).success);
      }),
      { seed: 20261123 },
    );
  });

  it("hold nothing that a topic, a tag or a line could stumble over", () => {
    for (const text of ["", "a/b", "a+b", "#", "a b", "a,b", "a\n", "é", "表", "x".repeat(65)])
      expect(isId(text)).toBe(false);
    for (const text of ["M-0001", "a.b:c_d", "x".repeat(64)]) expect(isId(text)).toBe(true);
    for (const other of [undefined, null, 5, {}]) expect(isId(other)).toBe(false);
  });

  it("of a meter, a service point and an account are three types", () => {
    expectTypeOf<MeterId>().not.toExtend<ServicePointId>();
    expectTypeOf<ServicePointId>().not.toExtend<AccountId>();
    expect(ServicePointId.parse("SP-1")).toBe("SP-1");
  });

  it("of a channel say whose it is", () => expect(channelIdOf("M-0001", "forward_total")).toBe("M-0001.forward_total"));
});
