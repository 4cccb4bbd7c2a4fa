import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button } from "antd";
import { useMay } from "../../api/session.ts";
import { Problem } from "../../parts/problem.tsx";
import { deeds, type OrderBody } from "../commands/queries.ts";

const route = getRouteApi("/inside/collection/fleet/$site/$agent");

/** Orders one thing of this agent and shows what becomes of it. */
export function OrderButton(props: { readonly order: OrderBody["order"]; readonly children: string }) {
  const { site, agent } = route.useParams();
  const navigate = route.useNavigate();
  const mayOrder = useMay("collection.command.order");
  const ordering = useMutation({
    mutationFn: () => deeds.order({ order: props.order, site, agent }),
    onSuccess: ({ items }) =>
      void navigate({ search: (before) => ({ ...before, command: items[0]?.id }), replace: true }),
  });
  if (!mayOrder) return null;
  return (
    <>
      <Button size="small" loading={ordering.isPending} onClick={() => ordering.mutate()}>
        {props.children}
      </Button>
      {ordering.error !== null && <Problem error={ordering.error} />}
    </>
  );
}
