import { useQuery } from "@tanstack/react-query";
import { type DistrictBalance, districtBalanceQuery } from "../../api/queries.ts";
import { type Figure, FigureList } from "../../parts/figure-list.tsx";
import { Panel } from "../../parts/panel.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { balanceWords } from "../control-room/balance-words.ts";
import { words } from "./words.ts";

/** What the balance rests on: how much was read, what is registered of the district, and on which days there is none. */
export function BalanceInputs(props: { readonly id: string }) {
  const { say } = useWords("district", words);
  const { data } = useQuery(districtBalanceQuery(props.id));
  if (data === undefined) return null;
  return (
    <Panel title={say("inputs")}>
      <Inputs balance={data} />
    </Panel>
  );
}

function Inputs(props: { readonly balance: DistrictBalance }) {
  const { balance } = props;
  const [completeness, facts] = [useCompleteness(balance), useFacts(balance)];
  return <FigureList figures={balance.commodity === "gas" ? completeness : [...completeness, ...facts]} />;
}

function useCompleteness({ days }: DistrictBalance): Figure[] {
  const { say } = useWords("district", words);
  const { say: sayBalance } = useWords("district-balance", balanceWords);
  const { share, number } = useFormat();
  const missing = days.filter((day) => day.why !== null);
  const why = missing.at(-1)?.why;
  return [
    { name: say("inflowComplete"), value: share(meanOf(days.map((day) => day.inflowCompleteness))) },
    { name: say("customersComplete"), value: share(meanOf(days.map((day) => day.customersCompleteness))) },
    {
      name: say("daysMissing"),
      value: number(missing.length, 0),
      note: why === null || why === undefined ? undefined : sayBalance(why),
    },
  ];
}

function useFacts({ facts, defaults }: DistrictBalance): Figure[] {
  const { say } = useWords("district", words);
  const { number } = useFormat();
  const known = (name: string, value: number | null | undefined, text: (value: number) => string): Figure => ({
    name,
    value: value === null || value === undefined ? number(null) : text(value),
    note: value === null || value === undefined ? say("notKnown") : undefined,
  });
  const orDefault = (name: string, value: number | null | undefined, fallback: number | undefined): Figure => ({
    name,
    value: `${number(value ?? fallback)} %`,
    note: value === null || value === undefined ? say("byDefault") : undefined,
  });
  return [
    known(say("mains"), facts.mainsKm, (km) => `${number(km)} km`),
    known(say("connections"), facts.connections, (count) => number(count, 0)),
    known(say("meanPressure"), facts.meanPressureM, (metres) => say("metres", { value: number(metres) })),
    orDefault(say("unbilled"), facts.unbilledPercent, defaults.unbilledPercent),
    orDefault(say("apparent"), facts.apparentPercent, defaults.apparentPercent),
    known(say("correction"), facts.cjj92CorrectionPercent, (percent) => `${number(percent)} %`),
  ];
}

function meanOf(shares: readonly (number | null)[]): number | null {
  const known = shares.flatMap((one) => one ?? []);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
}
