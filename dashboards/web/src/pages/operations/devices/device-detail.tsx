import { Button, Checkbox, Input } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../../api/client.ts";
import { type DeviceRow, devicesQuery } from "../../../api/operations-queries.ts";
import { queryClient } from "../../../api/query-client.ts";
import { useMay } from "../../../api/session.ts";
import { Panel } from "../../../parts/panel.tsx";
import { useWords } from "../../../words/use-words.ts";
import { Field } from "../field.tsx";
import { ReasonDialog } from "../reason-dialog.tsx";
import { FieldRows } from "./field-rows.tsx";
import { isSource, type Profile, type ProfileForm, profileForm, profileOf } from "./profile.ts";
import { words } from "./words.ts";

/** A change of a device's profile, as it can be taken back; undefined: there was or is none. */
export interface Changed {
  readonly source: string;
  readonly before: Profile | undefined;
  readonly after: Profile | undefined;
}

/** Sets or removes a profile, and shows the devices as they are then. */
async function put(source: string, profile: Profile | undefined, reason: string): Promise<void> {
  const devices =
    profile === undefined
      ? await dataOf(api.POST("/api/devices/remove", { body: { source, reason } }))
      : await dataOf(api.POST("/api/devices", { body: { source, profile, reason } }));
  queryClient.setQueryData(devicesQuery.queryKey, devices);
}

/** Takes a change back. @throws {ApiProblem} */
export function putBack({ source, before }: Changed, reason: string): Promise<void> {
  return put(source, before, reason);
}

/** One device: its profile to look at and to change. */
export function DeviceDetail(props: {
  readonly isNew: boolean;
  readonly source: string;
  readonly row: DeviceRow | undefined;
  readonly onChanged: (changed: Changed) => void;
  readonly onClose: () => void;
}) {
  const { say } = useWords("devices", words);
  const { isNew, row } = props;
  return (
    <Panel
      title={isNew ? say("newDevice") : props.source}
      extra={<Button onClick={props.onClose}>{say("close")}</Button>}
    >
      {row === undefined && !isNew ? <p>{say("gone")}</p> : <Editor row={row} onChanged={props.onChanged} />}
    </Panel>
  );
}

function Editor(props: { readonly row: DeviceRow | undefined; readonly onChanged: (changed: Changed) => void }) {
  const { say } = useWords("devices", words);
  const mayEdit = useMay("collection.device.edit");
  const { row } = props;
  const [source, setSource] = useState(row?.source ?? "");
  const [form, setForm] = useState<ProfileForm>(() => profileForm(row?.profile));
  const [asking, setAsking] = useState<"save" | "remove">();
  const change = (part: Partial<ProfileForm>) => setForm((before) => ({ ...before, ...part }));
  return (
    <>
      {row === undefined && (
        <Field label={say("source")} note={say("sourceHint")}>
          {(id) => (
            <Input id={id} maxLength={300} value={source} onChange={(event) => setSource(event.target.value.trim())} />
          )}
        </Field>
      )}
      <FieldRows fields={form.fields} onChange={(fields) => change({ fields })} />
      <Field label={say("ignore")}>
        {(id) => <Input id={id} value={form.ignore} onChange={(event) => change({ ignore: event.target.value })} />}
      </Field>
      <p>
        <Checkbox checked={form.arrivalTime} onChange={(event) => change({ arrivalTime: event.target.checked })}>
          {say("arrivalTime")}
        </Checkbox>
      </p>
      {mayEdit && (
        <div className="nf-actions">
          <Button type="primary" disabled={!isSource(source)} onClick={() => setAsking("save")}>
            {say("save")}
          </Button>
          {row !== undefined && <Button onClick={() => setAsking("remove")}>{say("remove")}</Button>}
        </div>
      )}
      {asking !== undefined && (
        <ChangeDialog
          changed={{ source, before: row?.profile, after: asking === "save" ? profileOf(form) : undefined }}
          onChanged={props.onChanged}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}

function ChangeDialog(props: {
  readonly changed: Changed;
  readonly onChanged: (changed: Changed) => void;
  readonly onClose: () => void;
}) {
  const { say } = useWords("devices", words);
  const { changed } = props;
  const { source, after } = changed;
  const isRemoval = after === undefined;
  return (
    <ReasonDialog
      title={say(isRemoval ? "removeTitle" : "saveTitle", { source })}
      confirm={say(isRemoval ? "confirmRemove" : "confirmSave")}
      isDangerous={isRemoval}
      // What was there before is what was shown when it was confirmed: the answer puts the new profile into its place.
      act={async (reason) => {
        await put(source, after, reason);
        return changed;
      }}
      onDone={props.onChanged}
      onClose={props.onClose}
    >
      <p>{say(isRemoval ? "removeText" : "saveText")}</p>
    </ReasonDialog>
  );
}
