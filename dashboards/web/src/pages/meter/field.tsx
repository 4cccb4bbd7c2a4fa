import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { useId, useState } from "react";
import { ApiProblem } from "../../api/client.ts";
import type { MeterDetail } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { CommandDetail } from "../commands/command-detail.tsx";
import { deeds } from "../commands/queries.ts";
import { ReasonDialog } from "../operations/reason-dialog.tsx";
import { words } from "./words.ts";

type Position = "open" | "closed";

/** What can be done at the meter from afar: read it now, commission it, ask for its valve to be turned. */
export function Field({ meter }: { readonly meter: MeterDetail }) {
  const { say } = useWords("meter", words);
  const mayOrder = useMay("collection.command.order");
  const mayTurn = useMay("collection.valve.order");
  const [shown, setShown] = useState<string>();
  const [turning, setTurning] = useState<Position>();
  const reading = useMutation({
    mutationFn: () => deeds.order({ order: { kind: "read-now", meters: [meter.id] }, reason: "" }),
    onSuccess: ({ items }) => setShown(items[0]?.id),
  });
  const hasValve = meter.channels.some(({ quantity }) => quantity === "valve");
  if (meter.agent === null || (!mayOrder && !(mayTurn && hasValve))) return null;
  return (
    <Panel title={say("field")}>
      <div className="nf-actions">
        {mayOrder && (
          <Button loading={reading.isPending} onClick={() => reading.mutate()}>
            {say("readNow")}
          </Button>
        )}
        {mayOrder && (
          <Link to="/commission/$id" params={{ id: meter.id }}>
            {say("commission")}
          </Link>
        )}
        {mayTurn && hasValve && <Button onClick={() => setTurning("closed")}>{say("closeValve")}</Button>}
        {mayTurn && hasValve && <Button onClick={() => setTurning("open")}>{say("openValve")}</Button>}
      </div>
      {reading.error !== null && <Problem error={reading.error} />}
      {shown !== undefined && <CommandDetail id={shown} onClose={() => setShown(undefined)} />}
      {turning !== undefined && (
        <TurnValve meter={meter.id} position={turning} onDone={setShown} onClose={() => setTurning(undefined)} />
      )}
    </Panel>
  );
}

/** Asks for a valve to be turned. A protected place needs a further right and a reason of its own. */
function TurnValve(props: {
  readonly meter: string;
  readonly position: Position;
  readonly onDone: (command: string | undefined) => void;
  readonly onClose: () => void;
}) {
  const { say } = useWords("meter", words);
  const mayOverride = useMay("collection.valve.override");
  const { meter, position } = props;
  const [isProtected, setIsProtected] = useState(false);
  const [overrideReason, setOverrideReason] = useState("");
  const id = useId();
  const title = say(position === "closed" ? "closeValve" : "openValve");
  const act = async (reason: string) => {
    if (isProtected) return deeds.protectedValve({ meter, position, reason, overrideReason });
    try {
      return await deeds.valve({ meter, position, reason });
    } catch (error) {
      if (error instanceof ApiProblem && error.code === "PLACE_PROTECTED" && mayOverride) setIsProtected(true);
      throw error;
    }
  };
  return (
    <ReasonDialog
      title={`${title} · ${meter}`}
      confirm={title}
      isDangerous
      isBlocked={isProtected && overrideReason.trim() === ""}
      act={act}
      onDone={({ items }) => props.onDone(items[0]?.id)}
      onClose={props.onClose}
    >
      <p>{say("valveWhat")}</p>
      {isProtected && (
        <div className="nf-field">
          <label htmlFor={id}>{say("overrideReason")}</label>
          <Input
            id={id}
            maxLength={500}
            value={overrideReason}
            onChange={({ target }) => setOverrideReason(target.value)}
          />
        </div>
      )}
    </ReasonDialog>
  );
}
