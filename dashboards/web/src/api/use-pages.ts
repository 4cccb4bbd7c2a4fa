import { type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";

interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

type PagesResult<Row> = UseInfiniteQueryResult<{ readonly pages: readonly Page<Row>[] }>;

/** Every row that a paged query has brought so far, and how to get more: what `RankedList` takes. */
export function rowsOfPages<Row>(result: PagesResult<Row>, rows: readonly Row[] | undefined) {
  return {
    rows,
    error: result.error,
    onRetry: () => void result.refetch(),
    hasMore: result.hasNextPage,
    isLoadingMore: result.isFetchingNextPage,
    onMore: () => void result.fetchNextPage(),
  };
}

/** The rows of all pages in one list, the same list as long as the pages are the same. */
export function useFlatRows<Row>(pages: readonly Page<Row>[] | undefined): readonly Row[] | undefined {
  return useMemo(() => pages?.flatMap((page) => page.items), [pages]);
}

export { useInfiniteQuery };
