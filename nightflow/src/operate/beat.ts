/**
 * Does `work` now and every `everyMs`, one at a time: what hangs is not piled upon. `work` must not reject. Gives what
 * ends it, which waits for the one under way.
 */
export function beat(everyMs: number, work: () => Promise<void>): () => Promise<void> {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const turn = () => {
    running = work().then(() => {
      if (!isStopped) timer = setTimeout(turn, everyMs).unref();
    });
  };
  turn();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}
