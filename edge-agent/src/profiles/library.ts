import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, checkPlainly, describeError, faultLine, faultsOfVectors, MeterProfile } from "@nightflow/domain";

/** Meter profiles by name. */
export type ProfileLibrary = ReadonlyMap<string, MeterProfile>;

/** The folder of profiles that comes with the agent. */
export const BUNDLED_PROFILES = join(import.meta.dirname, "..", "..", "profiles");

/**
 * Every profile of some folders; a later folder overrides an earlier one by name, so that a utility can keep its own.
 *
 * @throws {ConfigError} with all faults of all files.
 */
export function loadProfiles(folders: readonly string[] = [BUNDLED_PROFILES]): ProfileLibrary {
  const faults: string[] = [];
  const library = new Map<string, MeterProfile>();
  for (const folder of folders)
    for (const file of filesOf(folder, faults)) {
      const profile = readProfile(folder, file, faults);
      if (profile !== undefined) library.set(profile.name, profile);
    }
  if (faults.length > 0) throw new ConfigError("meter profiles", faults);
  return library;
}

function filesOf(folder: string, faults: string[]): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .sort();
  } catch (error) {
    faults.push(`${folder}: the folder of profiles cannot be read: mend profilesDir (${describeError(error)})`);
    return [];
  }
}

function readProfile(folder: string, file: string, faults: string[]): MeterProfile | undefined {
  const path = join(folder, file);
  try {
    const { data, faults: found } = checkPlainly(MeterProfile, JSON.parse(readFileSync(path, "utf8")));
    const own =
      data === null ? found.map((fault) => faultLine(fault)) : [...faultsOfName(data, file), ...faultsOfVectors(data)];
    faults.push(...own.map((fault) => `${path}: ${fault}`));
    return own.length === 0 && data !== null ? data : undefined;
  } catch (error) {
    faults.push(`${path}: is no JSON: ${describeError(error)}`);
    return undefined;
  }
}

function faultsOfName({ name }: MeterProfile, file: string): string[] {
  return `${name}.json` === file
    ? []
    : [`name: the profile is called ${name}: call the file ${name}.json, or mend name`];
}

/** The library with the profiles that a configuration carries; those go before the bundled ones of the same name. */
export function withInlineProfiles(library: ProfileLibrary, profiles: readonly MeterProfile[] = []): ProfileLibrary {
  return profiles.length === 0 ? library : new Map([...library, ...profiles.map((each) => [each.name, each] as const)]);
}
