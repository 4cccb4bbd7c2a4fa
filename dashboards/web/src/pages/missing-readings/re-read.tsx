import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useMay } from "../../api/session.ts";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { deeds } from "../commands/queries.ts";
import { reReadOrder } from "./re-read-order.ts";
import type { MissingRow } from "./row.ts";
import { words } from "./words.ts";

/** Has the agents ask for what is missing: from the history of a meter or server where there is one, else by a read now. */
export function ReRead(props: { readonly rows: readonly MissingRow[]; readonly isForAll?: boolean }) {
  const { say } = useWords("missing-readings", words);
  const { number } = useFormat();
  const mayOrder = useMay("collection.command.order");
  const order = reReadOrder(props.rows);
  const ordering = useMutation({
    mutationFn: () => {
      if (order === null) throw new Error("there is nothing to read again");
      return deeds.order({ order, reason: "" });
    },
  });
  if (!mayOrder || order === null) return null;
  if (ordering.data !== undefined)
    return (
      <Link to="/collection/commands" search={{ kind: "re-read" }}>
        {say("reReadOrdered", { count: number(ordering.data.items.length, 0) })}
      </Link>
    );
  return (
    <>
      <Button size="small" loading={ordering.isPending} onClick={() => ordering.mutate()}>
        {props.isForAll === true ? say("reReadAll", { count: number(order.wanted.length, 0) }) : say("reRead")}
      </Button>
      {ordering.error !== null && <Problem error={ordering.error} />}
    </>
  );
}
