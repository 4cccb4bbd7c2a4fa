import { defineConfig } from "vitest/config";
import LongestFirst from "./test/support/longest-first.ts";

// node-opcua's servers write to the console what becomes of their clients; of that only what is worse than an error.
const env = { NODEOPCUA_LOG_LEVEL: "2" };

/** For every test file. */
const setupFiles = ["test/support/processor-time.ts", "test/support/leave-nothing.ts", "test/support/patience.ts"];

/**
 * Two projects: `unit` holds the tests beside the code (milliseconds each), `chain` what starts real servers,
 * databases, processes and browsers. `npm run test:unit` runs the first, `npm test` both.
 */
export default defineConfig({
  test: {
    globalSetup: ["test/support/run-folder.ts"],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          setupFiles,
          include: [
            "*/src/**/*.test.ts",
            "dashboards/{reports,web,grafana}/**/*.test.ts",
            "scripts/**/*.test.ts",
            "test/rules/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "**/*.real.test.ts", "**/dist/**"],
          sequence: { groupOrder: 0 },
          env,
          testTimeout: 90_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
      {
        test: {
          name: "chain",
          globalSetup: ["test/support/shared-postgres.ts"],
          setupFiles,
          include: [
            "*/src/**/*.real.test.ts",
            "test/chain/**/*.test.ts",
            "test/faults/**/*.test.ts",
            "test/pages/**/*.test.ts",
            "test/sim/**/*.test.ts",
            "dashboards/**/*.real.test.ts",
          ],
          exclude: ["**/node_modules/**", "**/dist/**"],
          env,
          testTimeout: 300_000,
          hookTimeout: 240_000,
          // The machine may be busy with other tests: what is waited for comes when it comes.
          expect: { poll: { timeout: 60_000 } },
          // Most of the time these wait for processes, so that more than the cores can run side by side. After the unit
          // project: groups of one order must have workers of one number.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
