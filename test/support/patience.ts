import { vi } from "vitest";

/** What is waited for may take this long on a machine that is busy with something else; what comes at once is not held up. */
const PATIENCE_MS = 60_000;

// Of the set-up files: one second, as Vitest has it, is short where a hundred other processes wait for the same two cores, and
// a longer wait costs only a test that fails anyhow.
const PATIENT = Symbol.for("nightflow.patient");
const { waitFor, waitUntil } = vi;

type Patience = number | { readonly timeout?: number; readonly interval?: number } | undefined;

// Files that share a worker share `vi` too.
if (!(PATIENT in vi))
  Object.assign(vi, {
    [PATIENT]: true,
    waitFor: (look: Parameters<typeof waitFor>[0], patience?: Patience) => waitFor(look, patient(patience)),
    waitUntil: (look: Parameters<typeof waitUntil>[0], patience?: Patience) => waitUntil(look, patient(patience)),
  });

function patient(patience: Patience): { timeout: number; interval?: number } {
  const given = typeof patience === "number" ? { timeout: patience } : patience;
  return { ...given, timeout: Math.max(given?.timeout ?? 0, PATIENCE_MS) };
}
