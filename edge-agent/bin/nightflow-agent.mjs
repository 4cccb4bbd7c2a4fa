#!/usr/bin/env node
import { beginWithSmallHeap } from "../src/small-heap.ts";

// Before anything else is loaded: what is loaded is loaded twice.
beginWithSmallHeap();
await import("../src/main.ts");
