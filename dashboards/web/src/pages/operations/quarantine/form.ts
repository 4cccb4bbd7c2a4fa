import { type Guess, isRegister, type Quantity, UNITS_OF, type Unit } from "./guess.ts";

/** What a person says an unknown channel is, as the form holds it. */
export interface ApproveForm {
  readonly kind: "new" | "existing";
  readonly channel: string;
  readonly sentUnit: Unit | undefined;
  readonly isNewMeter: boolean;
  readonly meterId: string;
  readonly commodity: "water" | "gas";
  readonly purpose: "customer" | "dma" | "station";
  readonly periodS: number;
  readonly model: string;
  readonly serial: string;
  readonly quantity: Quantity;
  readonly unit: Unit;
  readonly resolution: number;
}

/** The form as it is first shown. */
export function formOf(guess: Guess): ApproveForm {
  const empty = { channel: "", sentUnit: undefined, model: "", serial: "" } as const;
  return { kind: "new", isNewMeter: true, purpose: "customer", ...empty, ...guess };
}

/** The form with another quantity: a unit that does not fit it gives way to its usual one. */
export function withQuantity(form: ApproveForm, quantity: Quantity): ApproveForm {
  const units: readonly Unit[] = UNITS_OF[quantity];
  return { ...form, quantity, unit: units.includes(form.unit) ? form.unit : UNITS_OF[quantity][0] };
}

/** What the API is asked for. */
export function approvalOf(form: ApproveForm) {
  const { sentUnit } = form;
  if (form.kind === "existing")
    return {
      kind: "existing" as const,
      channel: form.channel.trim(),
      ...(sentUnit !== undefined && { unit: sentUnit }),
    };
  const { quantity, unit, resolution, commodity, purpose, periodS } = form;
  const id = form.meterId.trim();
  const serial = form.serial.trim();
  const made = { id, commodity, purpose, periodS, model: form.model.trim(), ...(serial !== "" && { serial }) };
  return {
    kind: "new" as const,
    meter: form.isNewMeter ? { new: made } : { id },
    ...{ quantity, unit },
    ...(isRegister(quantity) && { resolution }),
    ...(sentUnit !== undefined && { sentUnit }),
  };
}

const ID = /^[A-Za-z0-9_.:-]{1,64}$/;

/** Whether the form says enough to be sent. */
export function isComplete(form: ApproveForm): boolean {
  if (form.kind === "existing") return ID.test(form.channel.trim());
  return ID.test(form.meterId.trim()) && form.periodS >= 1 && (!isRegister(form.quantity) || form.resolution > 0);
}
