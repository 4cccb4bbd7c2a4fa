import { describeJobQueue } from "../testing/job-queue-contract.ts";
import { jobStageOn } from "../testing/job-stage.ts";
import { testDatabase } from "../testing/postgres.ts";

const databases = testDatabase();

describeJobQueue("PostgreSQL", async () => jobStageOn(await databases.fresh()));
