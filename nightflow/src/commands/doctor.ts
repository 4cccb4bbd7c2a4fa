import { ConfigError } from "@nightflow/domain";
import { holderOf } from "../config/folder-lock.ts";
import { dataDirOf, type LoadedConfig, loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { examine } from "../doctor/examine.ts";
import { type DoctorLine, type Finding, found, inWords, type Language } from "../doctor/finding.ts";
import { realProbes } from "../doctor/real-probes.ts";

/** What `nightflow doctor` is told. */
export interface DoctorOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly lang?: Language;
}

const SIGNS: Readonly<Record<Finding["level"], string>> = { ok: "ok  ", warn: "warn", fail: "FAIL" };

/** `nightflow doctor`: checks a set-up, whether it runs or not, and says what to mend. Ends with 1 when something fails. */
export async function runDoctor({ config, json = false, lang }: DoctorOptions): Promise<void> {
  const findings = await findingsOf(config);
  const lines = findings.map((finding) => inWords(finding, lang ?? languageOf(process.env)));
  const isWell = findings.every(({ level }) => level !== "fail");
  process.stdout.write(json ? `${JSON.stringify({ isWell, findings: lines })}\n` : `${lines.map(lineOf).join("\n")}\n`);
  process.exitCode = isWell ? 0 : 1;
}

async function findingsOf(path: string | undefined): Promise<Finding[]> {
  let loaded: LoadedConfig;
  try {
    loaded = loadConfig(path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [found("fail", "config.faults", { faults: error.faults.join("; ") })];
  }
  const dataDir = dataDirOf(loaded);
  const holder = holderOf(dataDir, "up");
  const probes = realProbes(makeLogger("silent", "doctor"));
  const patient = { loaded, dataDir, env: process.env, probes, upPid: holder?.work === "up" ? holder.pid : undefined };
  return [found("ok", "config.read", { path: loaded.path ?? "(defaults)" }), ...(await examine(patient))];
}

function lineOf({ level, code, text, fix }: DoctorLine): string {
  const line = `${SIGNS[level]} ${code.padEnd(22)} ${text}`;
  return fix === null ? line : `${line}\n     ${"".padEnd(22)} → ${fix}`;
}

function languageOf({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Language {
  return (LC_ALL || LC_MESSAGES || LANG || "").startsWith("zh") ? "zh" : "en";
}
