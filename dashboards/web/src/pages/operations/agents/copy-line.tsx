import { Button } from "antd";
import { useRef, useState } from "react";
import { useWords } from "../../../words/use-words.ts";
import { words } from "./words.ts";

/** A line to be typed elsewhere, with a button that copies it. */
export function CopyLine(props: { readonly text: string }) {
  const { say } = useWords("operations-agents", words);
  const line = useRef<HTMLElement>(null);
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    // Without HTTPS a page may not write to the clipboard: the line is selected then, for Ctrl-C.
    const isDone = await navigator.clipboard?.writeText(props.text).then(
      () => true,
      () => false,
    );
    if (isDone === true) setIsCopied(true);
    else if (line.current !== null) window.getSelection()?.selectAllChildren(line.current);
  };
  return (
    <div style={{ display: "grid", gap: 8, justifyItems: "start", marginBottom: 12 }}>
      <code ref={line} style={{ overflowWrap: "anywhere" }}>
        {props.text}
      </code>
      <Button onClick={() => void copy()}>{say(isCopied ? "copied" : "copy")}</Button>
    </div>
  );
}
