import { describe, expect, it } from "vitest";
import { emptyForm, mainMoveOf, missingIn, moveBody, questionOf } from "./move-form.ts";

const form = emptyForm({ cause: null, result: null });

describe("moving a ticket", () => {
  it("asks for cause and result before it is resolved", () => {
    expect(missingIn(form, "resolved")).toEqual(["cause", "result"]);
    expect(missingIn({ ...form, cause: "joint", result: " " }, "resolved")).toEqual(["result"]);
    expect(missingIn({ ...form, cause: "joint", result: "replaced" }, "resolved")).toEqual([]);
  });

  it("asks for a follow-up or the exemption before it is closed", () => {
    expect(missingIn(form, "closed")).toEqual(["followUp"]);
    expect(missingIn({ ...form, followUpExemption: "internal" }, "closed")).toEqual([]);
  });

  it("asks why before it waits or is cancelled, and nothing before it is accepted", () => {
    expect(missingIn(form, "waiting_parts")).toEqual(["note"]);
    expect(missingIn(form, "cancelled")).toEqual(["note"]);
    expect(questionOf("accepted")).toBeNull();
  });

  it("offers the step towards the end first", () => {
    expect(mainMoveOf(["accepted", "cancelled", "duplicate"])).toBe("accepted");
    expect(mainMoveOf(["closed", "reopened"])).toBe("closed");
    expect(mainMoveOf(["reopened"])).toBeUndefined();
  });

  it("sends what was filled in with the version that was looked at, and no empty text", () => {
    expect(moveBody({ version: 4 }, "accepted", form)).toEqual({ to: "accepted", version: 4, note: undefined });
    expect(moveBody({ version: 4 }, "resolved", { ...form, cause: " joint ", result: "replaced" })).toMatchObject({
      cause: "joint",
      result: "replaced",
    });
  });
});
