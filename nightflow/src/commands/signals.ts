/**
 * Runs `close` once on SIGINT, SIGTERM or SIGHUP, or when the program that forked this one is gone, and then ends the
 * process; a second signal ends it at once.
 */
export function closeOnSignals(close: () => Promise<void>): void {
  let isClosing = false;
  const end = () => {
    if (isClosing) process.exit(130);
    isClosing = true;
    void close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`nightflow: closing failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  if (process.send !== undefined) process.once("disconnect", end);
}
