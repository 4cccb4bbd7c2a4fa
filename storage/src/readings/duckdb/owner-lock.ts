import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { resolve } from "node:path";
import { StoreBusyError } from "../errors.ts";

/**
 * Holds the right to open one store file, against every other thread and process of this machine.
 *
 * DuckDB's own lock is not enough: it is a POSIX record lock, so a second thread of the same process gets it too and
 * sees a database of its own (DECISIONS, trap 11), and it is lost when anything in this process opens and closes the file. The name here is an
 * abstract Unix socket, which the kernel frees with its holder. Elsewhere than on Linux only DuckDB's lock holds.
 *
 * @throws {StoreBusyError} when another thread or process holds it.
 */
export async function takeOwnerLock(path: string): Promise<() => Promise<void>> {
  if (process.platform !== "linux" || path === ":memory:") return async () => undefined;
  const server = createServer((socket) => socket.destroy());
  const name = createHash("sha256").update(resolve(path)).digest("hex").slice(0, 40);
  await listen(server, `\0nightflow-store-${name}`, path);
  server.unref();
  return () =>
    new Promise((released) => {
      server.close(() => released());
    });
}

function listen(server: Server, name: string, path: string): Promise<void> {
  return new Promise((held, refused) => {
    server.once("error", (cause) => {
      refused(
        new StoreBusyError(`the store file ${path} is open in another thread or process`, {
          cause,
          remedy: "stop the other nightflow that uses this data directory, or give this one its own dataDir",
        }),
      );
    });
    server.listen(name, held);
  });
}
