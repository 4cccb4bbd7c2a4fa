/** SQL: whether ticket `t` still holds its key. */
export const OPEN_TICKET = "t.state not in ('closed', 'cancelled', 'duplicate')";
