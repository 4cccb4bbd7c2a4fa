import { killTests } from "./kill-suite.ts";

killTests("duckdb");
