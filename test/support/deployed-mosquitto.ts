import { appendFileSync, chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TestMosquitto } from "./mosquitto.ts";
import { mosquittoPasswords } from "./mosquitto-passwords.ts";

const DEPLOYED = fileURLToPath(new URL("../../deploy/mosquitto/", import.meta.url));

/** Password of every name at a deployed Mosquitto of the tests. */
export const MOSQUITTO_PASSWORD = "of-the-tests";

/**
 * A Mosquitto with the very files of `deploy/mosquitto`; only its port and the place of its files are the test's, and
 * rights that the access list asks its reader to add.
 */
export function startDeployedMosquitto(names: readonly string[], rights = ""): Promise<TestMosquitto> {
  return TestMosquitto.start((folder) => {
    cpSync(join(DEPLOYED, "acl"), join(folder, "acl"));
    appendFileSync(join(folder, "acl"), rights);
    writeFileSync(
      join(folder, "passwords"),
      mosquittoPasswords(Object.fromEntries(names.map((name) => [name, MOSQUITTO_PASSWORD]))),
    );
    for (const file of ["acl", "passwords"]) chmodSync(join(folder, file), 0o644);
    mkdirSync(join(folder, "data"));
    chmodSync(join(folder, "data"), 0o777);
    return readFileSync(join(DEPLOYED, "mosquitto.conf"), "utf8")
      .split("\n")
      .filter((line) => !line.startsWith("listener "))
      .map((line) => line.replace(/^((?:password|acl)_file|persistence_location) /, `$1 ${folder}/`));
  });
}
