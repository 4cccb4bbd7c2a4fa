import { Button } from "antd";
import { useWords } from "../../words/use-words.ts";
import { Problem } from "../problem.tsx";
import type { AlarmActs } from "./use-alarm-acts.ts";
import { words } from "./words.ts";

/** Says what was done last, and takes it back; says what could not be done. */
export function DoneBar(props: { readonly acts: Pick<AlarmActs, "done" | "error" | "isPending"> }) {
  const { say } = useWords("alarm", words);
  const { done, error, isPending } = props.acts;
  return (
    <output className="nf-done">
      {error !== null && <Problem error={error} />}
      {error === null && done !== null && (
        <span className="nf-done-text">
          {done.text}{" "}
          {done.undo !== null && (
            <Button size="small" loading={isPending} onClick={done.undo}>
              {say("undo")}
            </Button>
          )}
        </span>
      )}
    </output>
  );
}
