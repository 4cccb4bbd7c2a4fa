import { Button } from "antd";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { useWords } from "../../words/use-words.ts";
import { ReasonDialog } from "../operations/reason-dialog.tsx";
import { type ProfileDetail, profileDeeds, type SentProfile } from "../profiles/queries.ts";
import { words } from "../profiles/words.ts";

/** Gives the newest version to the agents that use the profile, and says what became of it at each. */
export function SendProfile({ detail }: { readonly detail: ProfileDetail }) {
  const { say } = useWords("profiles", words);
  const mayEdit = useMay("collection.config.edit");
  const [isAsked, setIsAsked] = useState(false);
  const [sent, setSent] = useState<SentProfile>();
  if (!mayEdit) return null;
  const title = say("send", { count: detail.agents.length });
  return (
    <>
      <Button onClick={() => setIsAsked(true)}>{title}</Button>
      {sent !== undefined && (
        <ul className="nf-tight" aria-live="polite">
          {sent.items.map(({ agent, version, why }) => (
            <li key={agent}>
              {version === null ? say("notSentTo", { agent, why: why ?? "" }) : say("sentTo", { agent, version })}
            </li>
          ))}
        </ul>
      )}
      {isAsked && (
        <ReasonDialog
          title={title}
          confirm={title}
          act={(reason) => profileDeeds.send(detail.name, detail.agents.map(nameOf), reason)}
          onDone={setSent}
          onClose={() => setIsAsked(false)}
        >
          <p>{say("sendWhat")}</p>
        </ReasonDialog>
      )}
    </>
  );
}

function nameOf(text: string) {
  const [site = "", agent = ""] = text.split("/");
  return { site, agent };
}
