import { Skeleton } from "antd";

/** Stands for a page that is on its way: the same shape, no spinner. */
export function PageLoading() {
  return (
    <div className="nf-page" aria-busy="true">
      <Skeleton active title={{ width: "30%" }} paragraph={{ rows: 10 }} />
    </div>
  );
}
