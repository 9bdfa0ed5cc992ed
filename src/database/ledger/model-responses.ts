import type { ModelRecord, ModelRequest } from "../../model/language-model.ts";
import type { Executor } from "../database.ts";

/** The kept response to a question; null if there is none. */
export async function modelResponse(
  executor: Executor,
  requestHash: string,
): Promise<Pick<ModelRecord, "request" | "response"> | null> {
  const [row] = await executor.rows<{ request: ModelRequest; response: string }>(
    "select request, response from ops.model_response where request_hash = $1",
    [requestHash],
  );
  return row ?? null;
}

/**
 * Keeps a response, without NUL, which a body of JSON has no use for. One that comes to the same question again takes the place of the one before; tokens
 * and cost add up, since both were paid.
 */
export async function recordModelResponse(
  executor: Executor,
  asked: { readonly publication: string; readonly generationId: string | null },
  record: ModelRecord,
): Promise<void> {
  await executor.rows(
    `insert into ops.model_response (request_hash, generation_id, publication, model, request,
                                     response, prompt_tokens, completion_tokens, cost)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (request_hash) do update
       set request = excluded.request, response = excluded.response,
           prompt_tokens = model_response.prompt_tokens + excluded.prompt_tokens,
           completion_tokens = model_response.completion_tokens + excluded.completion_tokens,
           cost = model_response.cost + excluded.cost, received_at = now()`,
    [
      record.requestHash,
      asked.generationId,
      asked.publication,
      record.model,
      JSON.stringify(record.request),
      record.response.replaceAll("\u0000", ""),
      record.promptTokens,
      record.completionTokens,
      record.cost,
    ],
  );
}

/** Every kept response, for a file to replay from. */
export async function modelResponses(executor: Executor): Promise<ModelRecord[]> {
  return executor.rows<ModelRecord>(
    `select request_hash as "requestHash", model, request, response,
            prompt_tokens as "promptTokens", completion_tokens as "completionTokens",
            cost::float8 as cost
       from ops.model_response order by request_hash`,
  );
}

export interface ModelSpending {
  readonly model: string;
  readonly responses: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cost: number;
}

/** What models were paid, by model. */
export function modelSpending(executor: Executor): Promise<ModelSpending[]> {
  return executor.rows<ModelSpending>(
    `select model, count(*) as responses, sum(prompt_tokens) as prompt_tokens,
            sum(completion_tokens) as completion_tokens, sum(cost)::float8 as cost
       from ops.model_response group by model order by model`,
  );
}
