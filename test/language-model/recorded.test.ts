import { afterEach, describe, expect, test } from "vitest";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { privateLookup } from "../../src/language-model/endpoint.ts";
import { openModel } from "../../src/language-model/open-model.ts";
import { readRecordings, renderRecordings } from "../../src/language-model/recordings.ts";
import { CanonryError } from "../../src/model/errors.ts";
import { requestHash } from "../../src/model/language-model.ts";
import { Secret } from "../../src/model/secret.ts";
import { type Behaviour, completion, json, modelServer } from "../support/model-server.ts";
import { ModelWorld, QUESTION } from "../support/model-world.ts";
import { closeServers } from "../support/serve.ts";

afterEach(closeServers);

const answers: Behaviour = () => "an answer";
const failing =
  (code: number): Behaviour =>
  (_asked, response) => {
    response.writeHead(code).end();
    return undefined;
  };
const code = (name: string): unknown => expect.objectContaining({ code: name });

describe("the record", () => {
  test("an equal question is answered from it: nothing is sent, nothing is paid", async () => {
    const server = await modelServer(answers);
    const world = new ModelWorld(server.url, { price_in: 2, price_out: 10 });
    const first = await world.model.complete(QUESTION);
    expect(first).toMatchObject({ recorded: false, cost: 0.003 });
    const again = await world.model.complete(QUESTION);
    expect(again).toEqual({ ...first, recorded: true, cost: 0 });
    expect(server.asked).toHaveLength(1);
    expect([...world.records.kept.values()]).toEqual([
      {
        requestHash: requestHash("test", QUESTION),
        model: "test",
        request: QUESTION,
        response: completion("an answer"),
        promptTokens: 1000,
        completionTokens: 100,
        cost: 0.003,
      },
    ]);
  });

  test("holds the response before anything is made of it", async () => {
    const server = await modelServer(() => "not what was asked for");
    const world = new ModelWorld(server.url);
    let atReturn = 0;
    await world.model.complete(QUESTION).then(() => {
      atReturn = world.records.kept.size;
    });
    expect(atReturn).toBe(1);
  });

  test("that cannot be written is the caller's failure, not the model's", async () => {
    const world = new ModelWorld((await modelServer(answers)).url);
    world.records.failure = new CanonryError("DATABASE_LOST", "it went away");
    await expect(world.model.complete(QUESTION)).rejects.toEqual(code("DATABASE_LOST"));
  });

  test("another prompt, schema or model is another question", async () => {
    const server = await modelServer(answers);
    const world = new ModelWorld(server.url);
    await world.model.complete(QUESTION);
    await world.model.complete({ ...QUESTION, prompt: "Another." });
    await world.model.complete({ ...QUESTION, schema: { type: "array" } });
    expect(server.asked).toHaveLength(3);
    expect(requestHash("other", QUESTION)).not.toBe(requestHash("test", QUESTION));
  });

  test("equal questions at once are sent once", async () => {
    const server = await modelServer(answers);
    const world = new ModelWorld(server.url);
    const found = await Promise.all([1, 2, 3].map(() => world.model.complete(QUESTION)));
    expect(found.map((one) => one.recorded)).toEqual([false, true, true]);
    expect(server.asked).toHaveLength(1);
  });

  test("a cut-off answer is asked for again only where a longer one is allowed", async () => {
    const cut: Behaviour = (_asked, response) => {
      json(response, 200, completion('{"a', { finish: "length" }));
      return undefined;
    };
    const server = await modelServer(cut, answers);
    const world = new ModelWorld(server.url);
    await world.model.complete(QUESTION);
    expect((await world.model.complete(QUESTION)).finishReason).toBe("length");
    expect(server.asked).toHaveLength(1);
    const longer = await world.model.complete({ ...QUESTION, maxTokens: 1000 });
    expect(longer).toMatchObject({ text: "an answer", recorded: false });
  });

  test("a response that is no completion answers nothing: the next run asks anew", async () => {
    const page: Behaviour = (_asked, response) => {
      json(response, 200, "<html>Sign in</html>");
      return undefined;
    };
    const server = await modelServer(page, answers);
    const world = new ModelWorld(server.url);
    await expect(world.model.complete(QUESTION)).rejects.toEqual(code("MODEL_ANSWER_INVALID"));
    expect((await world.model.complete(QUESTION)).text).toBe("an answer");
  });
});

describe("the budget", () => {
  const priced = { price_in: 1000, price_out: 1000 };

  test("refuses a question that may pass it before it is sent", async () => {
    const server = await modelServer(answers);
    const world = new ModelWorld(server.url, { ...priced, max_cost: 0.5 });
    await expect(world.model.complete(QUESTION)).rejects.toEqual(code("MODEL_BUDGET"));
    expect(server.asked).toEqual([]);
    expect(world.open.budget.taken).toBe(0);
  });

  test("counts what answers cost, and holds for all that is asked", async () => {
    const server = await modelServer(answers);
    const world = new ModelWorld(server.url, { ...priced, max_cost: 2 });
    await world.model.complete(QUESTION);
    expect(world.open.budget.taken).toBeCloseTo(1.1);
    await world.model.complete(QUESTION);
    expect(world.open.budget.taken).toBeCloseTo(1.1);
    await world.model.complete({ ...QUESTION, prompt: "b" }).then(
      () => undefined,
      () => undefined,
    );
    const last = world.model.complete({ ...QUESTION, prompt: "c" });
    await expect(last).rejects.toEqual(code("MODEL_BUDGET"));
    expect(server.asked.length).toBeLessThan(3);
  });

  test("holds for questions at once: what is on its way counts", async () => {
    const server = await modelServer(answers);
    const world = new ModelWorld(server.url, { ...priced, max_cost: 1 });
    const asked = ["a", "b", "c"].map((prompt) => world.model.complete({ ...QUESTION, prompt }));
    const settled = await Promise.allSettled(asked);
    expect(settled.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    expect(server.asked).toHaveLength(1);
  });

  test("gives back what a server did not take, and keeps what it may have charged", async () => {
    const refusing = new ModelWorld((await modelServer(failing(401))).url, priced);
    await expect(refusing.model.complete(QUESTION)).rejects.toEqual(code("MODEL_FAILED"));
    expect(refusing.open.budget.taken).toBe(0);
    const silent = new ModelWorld((await modelServer(() => undefined)).url, {
      ...priced,
      retries: 0,
    });
    await expect(silent.model.complete(QUESTION)).rejects.toEqual(code("MODEL_TIMEOUT"));
    expect(silent.open.budget.taken).toBeGreaterThan(0.5);
  });

  test("an answer without counted tokens costs its estimate", async () => {
    const body = JSON.stringify({ choices: [{ message: { content: "a" } }] });
    const server = await modelServer((_asked, response) => {
      json(response, 200, body);
      return undefined;
    });
    const world = new ModelWorld(server.url, priced);
    expect((await world.model.complete(QUESTION)).cost).toBeGreaterThan(0.5);
  });

  test("without prices no bound can be kept: it is refused", () => {
    expect(() => new ModelWorld("http://127.0.0.1:9/v1", { max_cost: 1 })).toThrow(
      code("CONFIG_INVALID") as Error,
    );
  });
});

describe("replay", () => {
  test("answers from recorded responses, without key and network", async () => {
    const server = await modelServer(answers);
    const world = new ModelWorld(server.url);
    await world.model.complete(QUESTION);
    const file = renderRecordings([...world.records.kept.values()]);
    expect(file.split("\n")).toHaveLength(2);
    const open = openModel({
      settings: { ...DEFAULTS.enrichment, model: "test", replay: "answers.jsonl", max_cost: 1 },
      key: null,
      signal: new AbortController().signal,
      random: Math.random,
    });
    const model = open?.recordedIn(readRecordings(file, "answers.jsonl"));
    expect(await model?.complete(QUESTION)).toMatchObject({ text: "an answer", recorded: true });
    const other = model?.complete({ ...QUESTION, prompt: "not recorded" });
    await expect(other).rejects.toEqual(code("MODEL_RECORDING_MISSING"));
    expect(server.asked).toHaveLength(1);
  });

  test("an address beside a replay is not used", async () => {
    const server = await modelServer(answers);
    const world = new ModelWorld(server.url, { replay: "answers.jsonl" });
    await expect(world.model.complete(QUESTION)).rejects.toEqual(code("MODEL_RECORDING_MISSING"));
    expect(server.asked).toEqual([]);
  });

  test.each(["no JSON", "7", "{}", '{"model": "a", "response": "b", "request": {"prompt": 1}}'])(
    "a line that is %s is refused by its number",
    (line) => {
      expect(() => readRecordings(`\n${line}\n`, "answers.jsonl")).toThrow(
        expect.objectContaining({ where: { file: "answers.jsonl", line: 2 } }) as Error,
      );
    },
  );
});

describe("what is configured", () => {
  const open = (
    settings: Partial<typeof DEFAULTS.enrichment>,
    key: string | null = null,
  ): unknown =>
    openModel({
      settings: { ...DEFAULTS.enrichment, ...settings },
      key: key === null ? null : new Secret(key),
      signal: new AbortController().signal,
      random: Math.random,
    });

  test("nothing: there is no model", () => {
    expect(open({})).toBeNull();
    expect(open({ model: "named only" })).toBeNull();
  });

  test("an address without a model, and a key with a line end, are errors without the key", () => {
    const url = "https://example.org/v1";
    expect(() => open({ url })).toThrow(code("CONFIG_INVALID") as Error);
    try {
      open({ url, model: "a" }, "sk-secret-text\n");
      expect.unreachable();
    } catch (error) {
      expect(error).toEqual(code("CONFIG_INVALID"));
      expect(String(error)).not.toContain("sk-secret");
    }
  });

  test("http to a name of a public address is refused at the connection", async () => {
    const found = await new Promise((resolve) => {
      privateLookup("8.8.8.8", { all: true }, (error) => resolve(error));
    });
    expect(found).toEqual(code("MODEL_ADDRESS"));
  });
});
