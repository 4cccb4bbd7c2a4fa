import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigResult, describeError, isId } from "@nightflow/domain";
import type { Logger } from "pino";
import { z } from "zod";

/** A configuration as it came, byte by byte, and the SHA-256 that it is known by. */
const KeptConfig = z.strictObject({ hash: z.string().refine(isId), payload: z.string() });
export type KeptConfig = z.infer<typeof KeptConfig>;

/** What an agent remembers of its remote configuration. */
export const ConfigState = z.strictObject({
  v: z.literal(1),
  current: KeptConfig.nullable(),
  /** The last one that was good: what a trial that fails goes back to. Null: the file, or nothing. */
  previous: KeptConfig.nullable(),
  /** The current one is on trial; `starts` counts the agent's starts since, so that one that kills it is given up. */
  trial: z
    .strictObject({ goodBuses: z.array(z.string()), wasConnected: z.boolean(), starts: z.int().min(0) })
    .nullable(),
  result: ConfigResult.nullable(),
});
export type ConfigState = z.infer<typeof ConfigState>;

const NOTHING: ConfigState = { v: 1, current: null, previous: null, trial: null, result: null };

/** Where an agent keeps its remote configuration. */
export interface ConfigBook {
  readonly state: ConfigState;
  /** Makes a new state durable as one step. @throws when the disk does not take it; the old one then stays. */
  write(state: ConfigState): Promise<void>;
}

/** The SHA-256 of a payload: what both sides know a configuration by. */
export function hashOfConfig(payload: string): string {
  return createHash("sha256").update(payload).digest("hex");
}

/**
 * The book in a file of `folder`. It is replaced as one step, so a kill at any moment leaves the state before or behind.
 * One that cannot be read is set aside, and the agent asks for its configuration anew.
 */
export async function openConfigBook(folder: string, logger: Logger): Promise<ConfigBook> {
  const path = join(folder, "remote-config.json");
  let state = await readState(path, logger);
  return {
    get state() {
      return state;
    },
    async write(next) {
      await replaceFile(path, JSON.stringify(next));
      state = next;
    },
  };
}

async function readState(path: string, logger: Logger): Promise<ConfigState> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return NOTHING;
  try {
    return ConfigState.parse(JSON.parse(text));
  } catch (error) {
    logger.error({ path, reason: describeError(error) }, "remote configuration: the file is damaged and set aside");
    await rename(path, `${path}.damaged`);
    return NOTHING;
  }
}

/** Replaces a file so that after a crash the old or the new content is there, never a mixture. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.tmp`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const folder = await open(dirname(path), "r");
  await folder.sync().catch(() => undefined);
  await folder.close();
}
