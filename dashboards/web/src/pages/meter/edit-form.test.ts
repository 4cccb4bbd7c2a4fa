import { describe, expect, test } from "vitest";
import { type EditForm, editBody, faultOf } from "./edit-form.ts";

const form: EditForm = { method: "like_day", total: "", volumes: "", reason: "valve was shut" };

describe("an edit's form", () => {
  test("needs a reason", () => expect(faultOf({ ...form, reason: " x " }, 3)).toBe("why"));

  test("takes a total with a point or a comma, and the validated one when none is given", () => {
    expect(editBody({ ...form, total: "1,5" })).toEqual({ method: "like_day", reason: "valve was shut", total: 1.5 });
    expect(editBody(form)).toEqual({ method: "like_day", reason: "valve was shut" });
    expect(faultOf({ ...form, total: "1e400" }, 3)).toBe("wrongTotal");
    expect(faultOf({ ...form, total: "NaN" }, 3)).toBe("wrongTotal");
  });

  test("needs as many volumes as there are intervals when they are typed by hand", () => {
    const typed = { ...form, method: "manual", volumes: "0.1\n0,2\n0.3\n" } as const;
    expect(faultOf(typed, 3)).toBeNull();
    expect(editBody(typed).volumes).toEqual([0.1, 0.2, 0.3]);
    expect(faultOf(typed, 4)).toBe("wrongVolumes");
    expect(faultOf({ ...typed, volumes: "0.1\nx\n0.3" }, 3)).toBe("wrongVolumes");
  });
});
