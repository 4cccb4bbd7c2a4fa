import type { DeviceRow } from "../../../api/operations-queries.ts";

export type Profile = DeviceRow["profile"];
type Field = Profile["fields"][string];

/** One field of a profile as the form holds it; `key` names the row while its name is being typed. */
export interface FieldForm {
  readonly key: number;
  readonly name: string;
  readonly channel: string;
  readonly unit: Field["unit"];
  readonly scale: string;
  readonly rounding: Field["rounding"];
  readonly missing: string;
}

/** A profile as the form holds it. */
export interface ProfileForm {
  readonly fields: readonly FieldForm[];
  readonly ignore: string;
  readonly arrivalTime: boolean;
}

/** A field that says nothing yet. */
export function emptyField(key: number): FieldForm {
  return { key, name: "", channel: "", unit: undefined, scale: "1", rounding: "exact", missing: "" };
}

/** A profile for the form; one field to fill in where there is none. */
export function profileForm(profile: Profile | undefined): ProfileForm {
  const fields = Object.entries(profile?.fields ?? {}).map(([name, field], key) => ({
    ...{ key, name, channel: field.channel, unit: field.unit },
    ...{ scale: field.scale, rounding: field.rounding, missing: field.missing.join(", ") },
  }));
  return {
    fields: fields.length === 0 ? [emptyField(0)] : fields,
    ignore: (profile?.ignore ?? []).join(", "),
    arrivalTime: profile?.arrivalTime ?? false,
  };
}

/** The profile that the form says; rows without a name and a channel are left out. */
export function profileOf(form: ProfileForm): Profile {
  const named = form.fields.filter((field) => field.name.trim() !== "" && field.channel.trim() !== "");
  const fields = named.map(({ name, channel, unit, scale, rounding, missing }): [string, Field] => [
    name.trim(),
    {
      channel: channel.trim(),
      ...(unit !== undefined && { unit }),
      scale: scale.trim() === "" ? "1" : scale.trim(),
      rounding,
      missing: listOf(missing),
    },
  ]);
  return { v: 1, fields: Object.fromEntries(fields), ignore: listOf(form.ignore), arrivalTime: form.arrivalTime };
}

function listOf(text: string): string[] {
  return text
    .split(/[,，]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

const SOURCE = /^(dev\/[^/+#]+\/[^/+#]+|spb\/[^/+#]+\/[^/+#]+(\/[^/+#]+)?)$/;

/** Whether a text can be the source of a device. */
export function isSource(text: string): boolean {
  return text.length <= 300 && SOURCE.test(text);
}
