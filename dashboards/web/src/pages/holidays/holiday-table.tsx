import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { DoneBar } from "../../parts/alarm/done-bar.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { dayCount, spanText } from "./days.ts";
import { type Holiday, type HolidayUnit, refreshHolidays, removeHoliday, restoreHoliday } from "./queries.ts";
import { words } from "./words.ts";
import "../rules/rules.css";

interface List {
  readonly items: readonly Holiday[];
  readonly years: readonly number[];
  readonly units: readonly HolidayUnit[];
}

/** What was done last, and what it was done to. */
interface Last {
  readonly holiday: Holiday;
  readonly isRemoved: boolean;
}

/** The holidays of a year; one that is taken out can be put back. */
export function HolidayTable(props: { readonly list: List; readonly year: number; readonly today: string }) {
  const { say } = useWords("holidays", words);
  const { pick } = useVocabulary();
  const [last, setLast] = useState<Last | null>(null);
  const { list, year, today } = props;
  const acting = useMutation({
    mutationFn: ({ holiday, isRemoved }: Last) => (isRemoved ? removeHoliday : restoreHoliday)(holiday.id),
    onSuccess: (_, done) => {
      setLast(done);
      return refreshHolidays();
    },
  });
  const done = last && {
    text: say(last.isRemoved ? "removed" : "restored", { name: pick(last.holiday.name), days: spanText(last.holiday) }),
    undo: last.isRemoved ? () => acting.mutate({ holiday: last.holiday, isRemoved: false }) : null,
  };
  const { isPending, error } = acting;
  return (
    <Panel title={say("yearTitle", { year })}>
      <DoneBar acts={{ done, error, isPending }} />
      {list.items.length === 0 ? (
        <Empty year={year} years={list.years} />
      ) : (
        <div className="rules-scroll">
          <table className="rules-table">
            <thead>
              <tr>
                <th scope="col">{say("daysColumn")}</th>
                <th scope="col">{say("name")}</th>
                <th scope="col">{say("holdsFor")}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {list.items.map((holiday) => (
                <Row
                  key={holiday.id}
                  holiday={holiday}
                  unit={list.units.find((unit) => unit.code === holiday.unit)}
                  isNow={holiday.firstDay <= today && today <= holiday.lastDay}
                  isPending={isPending}
                  onRemove={() => acting.mutate({ holiday, isRemoved: true })}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Empty({ year, years }: { readonly year: number; readonly years: readonly number[] }) {
  const { say } = useWords("holidays", words);
  return (
    <p className="nf-soft">
      {say("empty", { year })} {years.length > 0 && say("otherYears", { years: years.join(", ") })}
    </p>
  );
}

function Row(props: {
  readonly holiday: Holiday;
  readonly unit: HolidayUnit | undefined;
  readonly isNow: boolean;
  readonly isPending: boolean;
  readonly onRemove: () => void;
}) {
  const { say } = useWords("holidays", words);
  const { pick } = useVocabulary();
  const mayEdit = useMay("monitor.holiday.edit");
  const { holiday, unit, isNow } = props;
  const name = pick(holiday.name);
  return (
    <tr>
      <td>
        {spanText(holiday)} <span className="nf-soft">{say("dayCount", { count: dayCount(holiday) })}</span>
      </td>
      <th scope="row">
        {name} {isNow && <Tag tone="going">{say("now")}</Tag>}
      </th>
      <td>
        {unit === undefined ? holiday.unit : say("districts", { unit: pick(unit.name), count: unit.districts })}
        {!holiday.mayEdit && <span className="nf-soft"> · {say("fromAbove")}</span>}
      </td>
      <td style={{ textAlign: "end" }}>
        {mayEdit && holiday.mayEdit && (
          <Button
            size="small"
            aria-label={say("removeNamed", { name, day: holiday.firstDay })}
            disabled={props.isPending}
            onClick={props.onRemove}
          >
            {say("remove")}
          </Button>
        )}
      </td>
    </tr>
  );
}
