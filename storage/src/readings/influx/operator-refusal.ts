import { StoreRefusedError } from "../errors.ts";

/** Says of a refusal that it is the operator's token which is refused, not one of Nightflow's own. */
export async function askAsOperator<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreRefusedError)) throw error;
    throw new StoreRefusedError(`InfluxDB refuses the operator's token: ${error.message}`, {
      cause: error,
      remedy: "give a token that may make buckets and tokens, as the one that the first set-up printed",
    });
  }
}
