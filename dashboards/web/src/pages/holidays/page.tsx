import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useMay, useSession } from "../../api/session.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { useBusinessNow } from "../../parts/clock.ts";
import { localText } from "../../parts/local-time.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { AddHoliday } from "./add-holiday.tsx";
import { HolidayTable } from "./holiday-table.tsx";
import { ImportDialog } from "./import-dialog.tsx";
import { holidaysQuery } from "./queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/holidays");

/** The days on which people use water and gas otherwise than usual: by year, added, taken out and back, read from a file. */
export function HolidaysPage() {
  const { say } = useWords("holidays", words);
  const { zone } = useSession();
  const today = localText(useBusinessNow(60_000), zone).slice(0, 10);
  const year = route.useSearch().year ?? Number(today.slice(0, 4));
  const mayEdit = useMay("monitor.holiday.edit");
  const [isImporting, setIsImporting] = useState(false);
  const { data, error, refetch } = useQuery(holidaysQuery(year));
  useTitle(say("title"));
  const editable = data?.units.filter((unit) => unit.mayEdit) ?? [];
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>{say("title")}</h1>
        <YearSteps year={year} />
        <span className="nf-grow" />
        <Link to="/rules">{say("toRules")}</Link>
        {mayEdit && editable.length > 0 && <Button onClick={() => setIsImporting(true)}>{say("importFile")}</Button>}
      </div>
      {data === undefined &&
        (error === null ? <PageLoading /> : <Problem error={error} onRetry={() => void refetch()} />)}
      {data !== undefined && <HolidayTable list={data} year={year} today={today} />}
      {mayEdit && editable.length > 0 && <AddHoliday units={editable} />}
      <Effect />
      {isImporting && <ImportDialog units={editable} onClose={() => setIsImporting(false)} />}
    </div>
  );
}

function YearSteps({ year }: { readonly year: number }) {
  const { say } = useWords("holidays", words);
  const step = (to: number, label: string, sign: string) => (
    <Link to="/holidays" search={{ year: to }} aria-label={label} className="nf-strong">
      {sign}
    </Link>
  );
  return (
    <span className="nf-actions">
      {step(year - 1, say("previousYear"), "‹")}
      <span className="nf-number">{say("yearTitle", { year })}</span>
      {step(year + 1, say("nextYear"), "›")}
    </span>
  );
}

/** What a holiday changes in the judging of nights, and what it does not. */
function Effect() {
  const { say } = useWords("holidays", words);
  return (
    <Panel title={say("effect")}>
      {(["effect1", "effect2", "effect3"] as const).map((key) => (
        <p key={key}>{say(key)}</p>
      ))}
    </Panel>
  );
}
