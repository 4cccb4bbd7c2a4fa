import type { CommitRequest, ReadingColumns, StoredValue } from "../../../ports.ts";
import { QUALITY_CODES } from "@nightflow/domain";
import { blankColumns } from "../../reading-columns.ts";
import { breathe } from "../../serial-queue.ts";
import type { JournalEntry } from "./journal-record.ts";
