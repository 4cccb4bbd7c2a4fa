/** SQL: whether anomaly `a` is one that somebody has to look at. */
export const OPEN_ANOMALY = "a.state in ('open', 'investigating', 'field_work', 'monitoring')";

/** SQL: the order of work, most pressing first when descending: open safety findings, then money per day × confidence. Never null. */
export const WORK_RANK = `(a.rank + case when a.cause_group = 'safety' and ${OPEN_ANOMALY} then 1e9 else 0 end)`;
