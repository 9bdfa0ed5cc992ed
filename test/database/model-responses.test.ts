import { afterAll, beforeAll, expect, test } from "vitest";
import {
  modelResponse,
  modelResponses,
  modelSpending,
  recordModelResponse,
} from "../../src/database/ledger/model-responses.ts";
import { readRecordings, renderRecordings } from "../../src/language-model/recordings.ts";
import { type ModelRecords, requestHash } from "../../src/model/language-model.ts";
import { openWorld, type World } from "../../src/pipeline/world.ts";
import { type Home, makeHome } from "../support/home.ts";
import { completion, type ModelServer, modelServer } from "../support/model-server.ts";
import { KEY, ModelWorld, QUESTION } from "../support/model-world.ts";
import { closeServers } from "../support/serve.ts";

let home: Home;
let world: World;
let server: ModelServer;

beforeAll(async () => {
  home = await makeHome("publications: {}\n");
  const { signal } = new AbortController();
  world = await openWorld({ env: {}, cwd: home.path, signal, flags: { home: home.path } });
  server = await modelServer(({ authorization }) => `\u0000 an answer for ${authorization}`);
});

afterAll(async () => {
  await closeServers();
  await world.close();
  await home.close();
});

const ledger = (): ModelRecords => ({
  find: (hash) => modelResponse(world.database, hash),
  record: (record) =>
    recordModelResponse(world.database, { publication: "p", generationId: null }, record),
});

test("a response stands in the ledger; another process asks nothing, and replay needs no server", async () => {
  const prices = { price_in: 2, price_out: 10 };
  const first = new ModelWorld(server.url, prices).open.recordedIn(ledger());
  const answer = await first.complete(QUESTION);
  expect(answer).toMatchObject({ text: "\u0000 an answer for Bearer ***", cost: 0.003 });
  const second = new ModelWorld(server.url, prices).open.recordedIn(ledger());
  expect(await second.complete(QUESTION)).toEqual({ ...answer, recorded: true, cost: 0 });
  expect(server.asked).toHaveLength(1);

  const kept = await modelResponses(world.database);
  expect(kept).toMatchObject([{ requestHash: requestHash("test", QUESTION), request: QUESTION }]);
  expect(JSON.stringify(kept)).not.toContain(KEY);
  const records = readRecordings(renderRecordings(kept), "answers.jsonl");
  const replay = new ModelWorld(null, { replay: "answers.jsonl" }).open.recordedIn(records);
  expect((await replay.complete(QUESTION)).text).toBe(answer.text);
});

test("signs that no database keeps are in no question, so that its answer can be kept", async () => {
  const model = new ModelWorld(server.url).open.recordedIn(ledger());
  const odd = { ...QUESTION, prompt: "a NUL \u0000, half a sign \ud800, a whole one \u{1f600}" };
  expect((await model.complete(odd)).recorded).toBe(false);
  expect(server.asked.at(-1)?.body.messages[0]?.content).toBe(
    "a NUL , half a sign , a whole one \u{1f600}",
  );
  expect((await model.complete(odd)).recorded).toBe(true);
  await world.database.rows("delete from ops.model_response where cost = 0");
});

test("what was paid adds up, by model, also where a response is replaced", async () => {
  const record = {
    requestHash: "h",
    model: "other",
    request: QUESTION,
    response: completion("a"),
    promptTokens: 10,
    completionTokens: 5,
    cost: 0.25,
  };
  await ledger().record(record);
  await ledger().record({ ...record, response: completion("b") });
  expect((await ledger().find("h"))?.response).toBe(completion("b"));
  expect(await modelSpending(world.database)).toMatchObject([
    { model: "other", responses: 1, prompt_tokens: 20, completion_tokens: 10, cost: 0.5 },
    { model: "test", responses: 1, prompt_tokens: 1000, completion_tokens: 100, cost: 0.003 },
  ]);
});
