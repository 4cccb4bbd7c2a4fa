export { addCounts, narrowed, wholeCounts } from "@nightflow/domain";
