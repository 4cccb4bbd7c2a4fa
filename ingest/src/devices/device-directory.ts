import { DeviceProfile, describeError, NO_PROFILE, Unit } from "@nightflow/domain";
import type { Logger } from "pino";
import { z } from "zod";
import type { DeviceDirectory } from "../ports.ts";
import { withinTime } from "../within-time.ts";

/** Everything that a directory knows, as it is kept. */
export const DeviceRegistry = z.strictObject({
  profiles: z.array(z.strictObject({ source: z.string(), profile: DeviceProfile })),
  names: z.array(z.strictObject({ name: z.string(), channel: z.string(), unit: Unit.nullable() })),
  rejected: z.array(z.string()),
});
export type DeviceRegistry = z.infer<typeof DeviceRegistry>;

/** Readings of rejected channels that came since the last time, by channel. */
export type HeardOfRejected = ReadonlyMap<string, { readonly count: number; readonly lastAtMs: number }>;

/** What a directory is made of. */
export interface DeviceDirectoryDeps {
  /** Reads what people have decided; as it came, since an older program may meet what a newer one wrote. */
  readonly load: () => Promise<unknown>;
  /** Keeps a copy that ingest starts from while the source is away. */
  readonly copy?: { read(): Promise<string | null>; write(text: string): Promise<void> } | undefined;
  readonly logger: Logger;
  /** Longest wait for `load`, in real ms. */
  readonly loadTimeoutMs?: number;
}

/** A directory that can also tell what it heard of rejected channels. */
export interface LoadedDeviceDirectory extends DeviceDirectory {
  /** Readings of rejected channels since the last call. */
  takeHeard(): HeardOfRejected;
}

/** The decisions that ingest follows: PostgreSQL's, or while it is away the copy in a file. */
export async function createDeviceDirectory(deps: DeviceDirectoryDeps): Promise<LoadedDeviceDirectory> {
  const directory = new CachedDevices(deps);
  await directory.start();
  return directory;
}

class CachedDevices implements LoadedDeviceDirectory {
  readonly #deps: DeviceDirectoryDeps;
  #profiles = new Map<string, DeviceProfile>();
  #names = new Map<string, DeviceRegistry["names"][number]>();
  #rejected = new Set<string>();
  #heard = new Map<string, { count: number; lastAtMs: number }>();

  constructor(deps: DeviceDirectoryDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    if (!(await this.#loadFromSource())) await this.#loadCopy();
  }

  profileOf(source: string): DeviceProfile {
    return this.#profiles.get(source) ?? NO_PROFILE;
  }

  channelOf(name: string): string | undefined {
    return this.#names.get(name)?.channel;
  }

  unitOfName(name: string): Unit | null {
    return this.#names.get(name)?.unit ?? null;
  }

  hearsRejected(channel: string, atMs: number): boolean {
    if (!this.#rejected.has(channel)) return false;
    const heard = this.#heard.get(channel) ?? { count: 0, lastAtMs: atMs };
    this.#heard.set(channel, { count: heard.count + 1, lastAtMs: Math.max(heard.lastAtMs, atMs) });
    return true;
  }

  takeHeard(): HeardOfRejected {
    const heard = this.#heard;
    this.#heard = new Map();
    return heard;
  }

  async refresh(): Promise<void> {
    await this.#loadFromSource();
  }

  async #loadFromSource(): Promise<boolean> {
    const { load, copy, logger, loadTimeoutMs = 5000 } = this.#deps;
    try {
      const registry = DeviceRegistry.parse(await withinTime(load(), loadTimeoutMs, "the registry of devices"));
      this.#replace(registry);
      await copy?.write(JSON.stringify(registry));
      return true;
    } catch (error) {
      logger.warn({ reason: describeError(error) }, "profiles of devices cannot be read; known ones stay");
      return false;
    }
  }

  async #loadCopy(): Promise<void> {
    try {
      const text = await this.#deps.copy?.read();
      if (typeof text === "string") this.#replace(DeviceRegistry.parse(JSON.parse(text)));
    } catch (error) {
      this.#deps.logger.error({ reason: describeError(error) }, "the copy of the profiles of devices cannot be read");
    }
  }

  #replace({ profiles, names, rejected }: DeviceRegistry): void {
    this.#profiles = new Map(profiles.map(({ source, profile }) => [source, profile]));
    this.#names = new Map(names.map((one) => [one.name, one]));
    this.#rejected = new Set(rejected);
  }
}
