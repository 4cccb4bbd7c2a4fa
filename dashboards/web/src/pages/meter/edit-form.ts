import type { EditMethod } from "../../words/vocabulary.ts";

/** What somebody has filled in to edit some intervals. */
export interface EditForm {
  readonly method: EditMethod;
  /** As typed; empty stands for the validated sum. */
  readonly total: string;
  /** As typed, one volume a line. */
  readonly volumes: string;
  readonly reason: string;
}

/** What is wrong with a form: nothing may be sent before it is right. */
export type EditFault = "wrongTotal" | "wrongVolumes" | "why";

/** Methods that share a total out. */
export function takesTotal(method: EditMethod): boolean {
  return method === "linear" || method === "like_day" || method === "class_profile";
}

/** The first fault of a form for `count` intervals; null when it can be sent. */
export function faultOf(form: EditForm, count: number): EditFault | null {
  if (takesTotal(form.method) && form.total.trim() !== "" && numberOf(form.total) === null) return "wrongTotal";
  if (form.method === "manual" && volumesOf(form)?.length !== count) return "wrongVolumes";
  return form.reason.trim().length < 3 ? "why" : null;
}

/** The part of the API's body that a form gives. */
export function editBody(form: EditForm): {
  method: EditMethod;
  reason: string;
  total?: number;
  volumes?: number[];
} {
  const { method } = form;
  const total = takesTotal(method) ? numberOf(form.total) : null;
  const volumes = method === "manual" ? volumesOf(form) : null;
  return { method, reason: form.reason.trim(), ...(total !== null && { total }), ...(volumes !== null && { volumes }) };
}

function volumesOf({ volumes }: EditForm): number[] | null {
  const parts = volumes.split(/[\s;]+/).filter((part) => part !== "");
  const numbers = parts.map(numberOf);
  return numbers.every((number) => number !== null) ? numbers : null;
}

/** A number as people type it, with a point or a comma before the decimals. */
function numberOf(text: string): number | null {
  const trimmed = text.trim().replace(",", ".");
  if (!/^-?\d+(\.\d+)?$/.test(trimmed)) return null;
  return Number(trimmed);
}
