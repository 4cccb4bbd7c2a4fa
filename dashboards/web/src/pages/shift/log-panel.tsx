import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Checkbox, Input } from "antd";
import { useId, useState } from "react";
import { shiftLogQuery } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { TextFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { refreshShift, writeNote } from "./acts.ts";
import { EntryList } from "./entry-list.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/shift");

/** The log, newest first, with a field for the next note. */
export function LogPanel() {
  const { say } = useWords("shift", words);
  const mayWrite = useMay("monitor.shift.write");
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const log = useInfiniteQuery(shiftLogQuery(q === undefined ? {} : { q }));
  return (
    <Panel
      title={say("log")}
      extra={
        <TextFilter
          label={say("find")}
          value={q}
          onChange={(text) => void navigate({ search: { q: text }, replace: true })}
        />
      }
    >
      {mayWrite && <NoteForm />}
      <EntryList {...rowsOfPages(log, useFlatRows(log.data?.pages))} empty={say("emptyLog")} />
    </Panel>
  );
}

function NoteForm() {
  const { say } = useWords("shift", words);
  const id = useId();
  const [text, setText] = useState("");
  const [isCarried, setIsCarried] = useState(false);
  const writing = useMutation({
    mutationFn: () => writeNote(text.trim(), isCarried),
    onSuccess: async () => {
      setText("");
      setIsCarried(false);
      await refreshShift();
    },
  });
  return (
    <div className="nf-field">
      <label htmlFor={id}>{say("note")}</label>
      <Input.TextArea
        id={id}
        autoSize={{ minRows: 2, maxRows: 8 }}
        maxLength={4000}
        value={text}
        onChange={(change) => setText(change.target.value)}
      />
      <div className="nf-actions">
        <Checkbox checked={isCarried} onChange={(change) => setIsCarried(change.target.checked)}>
          {say("carry")}
        </Checkbox>
        <span className="nf-grow" />
        <Button
          type="primary"
          disabled={text.trim() === ""}
          loading={writing.isPending}
          onClick={() => writing.mutate()}
        >
          {say("write")}
        </Button>
      </div>
      {writing.error !== null && <Problem error={writing.error} />}
    </div>
  );
}
