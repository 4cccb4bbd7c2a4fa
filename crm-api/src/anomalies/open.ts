/** SQL: whether anomaly `a` is one that somebody has to look at. */
export const OPEN_ANOMALY = "a.state in ('open', 'investigating', 'field_work', 'monitoring')";
