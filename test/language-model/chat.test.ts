import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { CanonryError } from "../../src/model/errors.ts";
import { Secret } from "../../src/model/secret.ts";
import { type Behaviour, completion, json, modelServer } from "../support/model-server.ts";
import { KEY, ModelWorld, QUESTION } from "../support/model-world.ts";
import { closeServers, serve, serveRaw } from "../support/serve.ts";

afterEach(closeServers);

const answers: Behaviour = () => "an answer";
const status =
  (
    code: number,
    headers: Record<string, string> = {},
    body = '{"error":{"message":"no"}}',
  ): Behaviour =>
  (_asked, response) => {
    response.writeHead(code, headers).end(body);
    return undefined;
  };
const whole =
  (body: string): Behaviour =>
  (_asked, response) => {
    json(response, 200, body);
    return undefined;
  };

/** What asking once comes to: the text, or the error. */
async function outcome(world: ModelWorld): Promise<string | CanonryError> {
  try {
    return (await world.model.complete(QUESTION)).text;
  } catch (error) {
    if (error instanceof CanonryError) return error;
    throw error;
  }
}

async function codeOf(world: ModelWorld): Promise<string> {
  const found = await outcome(world);
  return typeof found === "string" ? found : found.code;
}

test("a question is one POST with the key, the prompt and the strict schema", async () => {
  const server = await modelServer(answers);
  const answer = await new ModelWorld(server.url).model.complete(QUESTION);
  expect(answer).toEqual({
    text: "an answer",
    finishReason: "stop",
    refusal: null,
    promptTokens: 1000,
    completionTokens: 100,
    cost: 0,
    recorded: false,
  });
  expect(server.asked).toEqual([
    {
      path: "/v1/chat/completions",
      authorization: `Bearer ${KEY}`,
      body: {
        model: "test",
        messages: [{ role: "user", content: QUESTION.prompt }],
        max_tokens: 500,
        response_format: {
          type: "json_schema",
          json_schema: { name: "answer", strict: true, schema: QUESTION.schema },
        },
      },
    },
  ]);
});

describe("a server that misbehaves", () => {
  test("429 with Retry-After is waited for as asked, then answered", async () => {
    const server = await modelServer(status(429, { "retry-after": "7" }), answers);
    const world = new ModelWorld(server.url);
    expect(await outcome(world)).toBe("an answer");
    expect(world.pauses).toEqual([7000]);
    expect(server.asked).toHaveLength(2);
  });

  test("429 that asks for an hour is told, not waited for", async () => {
    const server = await modelServer(status(429, { "retry-after": "3600" }), answers);
    expect(await codeOf(new ModelWorld(server.url))).toBe("MODEL_FAILED");
    expect(server.asked).toHaveLength(1);
  });

  test("429 because the account is empty is not tried again", async () => {
    const empty = '{"error":{"code":"insufficient_quota"}}';
    const server = await modelServer(status(429, {}, empty), answers);
    expect(await codeOf(new ModelWorld(server.url))).toBe("MODEL_FAILED");
    expect(server.asked).toHaveLength(1);
  });

  test.each([408, 500, 502, 503, 529])("%i is tried again, with growing pauses", async (code) => {
    const server = await modelServer(status(code), status(code), answers);
    const world = new ModelWorld(server.url);
    expect(await outcome(world)).toBe("an answer");
    expect(world.pauses).toEqual([375, 750]);
  });

  test("500 for good ends after the retries", async () => {
    const server = await modelServer(status(500));
    const world = new ModelWorld(server.url, { retries: 2 });
    expect(await codeOf(world)).toBe("MODEL_FAILED");
    expect(server.asked).toHaveLength(3);
    expect(world.records.kept.size).toBe(0);
  });

  test.each([401, 403, 404, 413])("%i is not tried again", async (code) => {
    const server = await modelServer(status(code), answers);
    expect(await codeOf(new ModelWorld(server.url))).toBe("MODEL_FAILED");
    expect(server.asked).toHaveLength(1);
  });

  test("a server that says nothing is left after the timeout", async () => {
    const server = await modelServer(() => undefined);
    expect(await codeOf(new ModelWorld(server.url, { retries: 1 }))).toBe("MODEL_TIMEOUT");
    expect(server.asked).toHaveLength(2);
  });

  test("a slow drip is left after the timeout, though bytes keep coming", async () => {
    const timers: NodeJS.Timeout[] = [];
    const server = await modelServer((_asked, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      timers.push(setInterval(() => response.write(" "), 50));
      return undefined;
    });
    expect(await codeOf(new ModelWorld(server.url, { retries: 0 }))).toBe("MODEL_TIMEOUT");
    for (const timer of timers) clearInterval(timer);
  });

  test("a connection that is reset is tried again", async () => {
    const server = await modelServer((_asked, response) => {
      response.destroy();
      return undefined;
    }, answers);
    expect(await outcome(new ModelWorld(server.url))).toBe("an answer");
    expect(server.asked).toHaveLength(2);
  });

  test("an answer that ends in the middle is tried again", async () => {
    const server = await modelServer((_asked, response) => {
      response.writeHead(200, { "content-length": "1000" }).write('{"choices": [');
      setTimeout(() => response.destroy(), 20);
      return undefined;
    }, answers);
    expect(await outcome(new ModelWorld(server.url))).toBe("an answer");
    expect(server.asked).toHaveLength(2);
  });

  test("an answer beyond 4 MiB is dropped, and not asked for again", async () => {
    const server = await modelServer(whole(completion("x".repeat(5 << 20))));
    expect(await codeOf(new ModelWorld(server.url))).toBe("MODEL_TOO_LARGE");
    expect(server.asked).toHaveLength(1);
  });

  test.each([
    ["no JSON", "<html>Sign in</html>"],
    ["JSON that is cut off", '{"choices": [{"message": {"content": "a'],
    ["another document", '{"error": "none"}'],
    ["a list", "[]"],
    ["no choice", '{"choices": [], "usage": {"prompt_tokens": 5}}'],
    ["a choice without a message", '{"choices": [{}]}'],
    ["null", "null"],
    ["nothing", ""],
  ])("an answer that is %s is recorded, and no second one is asked for", async (_name, body) => {
    const server = await modelServer(whole(body));
    const world = new ModelWorld(server.url);
    expect(await codeOf(world)).toBe("MODEL_ANSWER_INVALID");
    expect([...world.records.kept.values()].map((one) => one.response)).toEqual([body]);
    expect(server.asked).toHaveLength(1);
  });

  test("content in parts is read; content that is null or a number is empty", async () => {
    const parts = (content: unknown): string =>
      JSON.stringify({ choices: [{ message: { content } }] });
    const list = [{ type: "text", text: "a" }, { type: "x" }, { type: "text", text: "b" }];
    const server = await modelServer(whole(parts(list)));
    expect(await outcome(new ModelWorld(server.url))).toBe("ab");
    for (const content of [null, 7, { text: "a" }]) {
      const other = await modelServer(whole(parts(content)));
      expect(await outcome(new ModelWorld(other.url))).toBe("");
    }
  });

  test("a refusal and a cut-off answer are told as such", async () => {
    const refusing = await modelServer(whole(completion(null, { refusal: "I cannot" })));
    const refused = await new ModelWorld(refusing.url).model.complete(QUESTION);
    expect(refused).toMatchObject({ refusal: "I cannot", text: "" });
    const cutting = await modelServer(whole(completion('{"col', { finish: "length" })));
    const cut = await new ModelWorld(cutting.url).model.complete(QUESTION);
    expect(cut).toMatchObject({ finishReason: "length", text: '{"col' });
  });

  test("counts of tokens that are no counts are 0", async () => {
    const usage = { prompt_tokens: -5, completion_tokens: "many" };
    const choices = [{ message: { content: "a" } }];
    const server = await modelServer(whole(JSON.stringify({ choices, usage })));
    const answer = await new ModelWorld(server.url).model.complete(QUESTION);
    expect(answer).toMatchObject({ promptTokens: 0, completionTokens: 0 });
  });
});

describe("a server that knows less", () => {
  test("without json_schema it is asked for json_object, then for neither, with the schema in words", async () => {
    const server = await modelServer(status(400), status(422), answers, answers);
    const world = new ModelWorld(server.url);
    expect(await outcome(world)).toBe("an answer");
    const formats = server.asked.map((one) => one.body.response_format?.type);
    expect(formats).toEqual(["json_schema", "json_object", undefined]);
    expect(server.asked.at(-1)?.body.messages[0]?.content).toContain('{"type":"object"}');
    await world.model.complete({ ...QUESTION, prompt: "another" });
    expect(server.asked).toHaveLength(4);
    expect(world.pauses).toEqual([]);
  });

  test("one that wants max_completion_tokens gets it, and the schema stays", async () => {
    const wants = "Unsupported parameter: use 'max_completion_tokens' instead of 'max_tokens'";
    const server = await modelServer(status(400, {}, JSON.stringify({ error: wants })), answers);
    expect(await outcome(new ModelWorld(server.url))).toBe("an answer");
    const { body } = server.asked[1] ?? { body: null };
    expect(body).toMatchObject({
      max_completion_tokens: 500,
      response_format: { type: "json_schema" },
    });
    expect(body).not.toHaveProperty("max_tokens");
  });

  test("one that takes nothing is told after every shape was tried", async () => {
    const server = await modelServer(status(400));
    expect(await codeOf(new ModelWorld(server.url))).toBe("MODEL_FAILED");
    expect(server.asked).toHaveLength(3);
  });
});

describe("where a question goes", () => {
  test("not to another host: the key stays here", async () => {
    const other = await modelServer(answers);
    const server = await modelServer(status(307, { location: `${other.url}/chat/completions` }));
    expect(await codeOf(new ModelWorld(server.url))).toBe("MODEL_REDIRECT");
    expect(other.asked).toEqual([]);
  });

  test("to another path of the same host, but not in circles", async () => {
    const moved = await modelServer(status(308, { location: "/v2/chat/completions" }), answers);
    expect(await outcome(new ModelWorld(moved.url))).toBe("an answer");
    const circle = await modelServer(status(307, { location: "/v1/chat/completions" }));
    expect(await codeOf(new ModelWorld(circle.url))).toBe("MODEL_REDIRECT");
    const nowhere = await modelServer(status(302));
    expect(await codeOf(new ModelWorld(nowhere.url))).toBe("MODEL_REDIRECT");
  });

  test.each([
    ["http://8.8.8.8/v1", "MODEL_ADDRESS"],
    ["http://[2606:4700::1111]/v1", "MODEL_ADDRESS"],
    ["ftp://127.0.0.1/v1", "MODEL_ADDRESS"],
    ["https://user:secret@127.0.0.1/v1", "MODEL_ADDRESS"],
    ["https://127.0.0.1/v1?api_key=secret", "MODEL_ADDRESS"],
    ["no address", "MODEL_ADDRESS"],
  ])("%s is refused before anything is sent", (url, code) => {
    expect(() => new ModelWorld(url)).toThrow(expect.objectContaining({ code }) as Error);
    try {
      new ModelWorld(url);
    } catch (error) {
      expect(inspect(error)).not.toContain("secret@");
    }
  });

  test.each(["https://example.org/v1", "http://10.0.0.7:8000/v1", "http://[::1]:11434/v1"])(
    "%s is an address for a model",
    (url) => {
      expect(new ModelWorld(url).open.name).toBe("test");
    },
  );

  test("http to a name is sent only where the name is of a private address", async () => {
    const server = await modelServer(answers);
    const port = new URL(server.url).port;
    expect(await outcome(new ModelWorld(`http://localhost:${port}/v1`))).toBe("an answer");
  });

  test("nobody listens: told after the retries, and no cost stays", async () => {
    const url = await serve(() => undefined);
    await closeServers();
    const world = new ModelWorld(url, { retries: 1, price_in: 1, price_out: 1 });
    expect(await codeOf(world)).toBe("MODEL_FAILED");
    expect(world.open.budget.taken).toBe(0);
  });

  test("an interrupt ends a question that is on its way", async () => {
    const server = await modelServer(() => undefined);
    const world = new ModelWorld(server.url, { timeout_seconds: 30 });
    setTimeout(() => world.stop.abort(), 50);
    expect(await codeOf(world)).toBe("INTERRUPTED");
  });

  test("bytes that are no HTTP are an error with a name", async () => {
    const url = await serveRaw("SSH-2.0-OpenSSH_9.2\r\n");
    expect(await codeOf(new ModelWorld(url, { retries: 0 }))).toBe("MODEL_FAILED");
  });
});

describe("the key", () => {
  const echo: Behaviour = ({ authorization }, response) => {
    json(response, 401, JSON.stringify({ error: `Incorrect key: ${authorization}` }));
    return undefined;
  };

  test("stands in no error, though the server sends it back", async () => {
    const server = await modelServer(echo);
    const error = await outcome(new ModelWorld(server.url));
    expect(error).toBeInstanceOf(CanonryError);
    expect(inspect(error, { depth: 9 })).toContain("***");
    expect(inspect(error, { depth: 9 })).not.toContain(KEY);
  });

  test("stands in no record, though the model writes it", async () => {
    const server = await modelServer(({ authorization }) => `my key is ${authorization}`);
    const world = new ModelWorld(server.url);
    const answer = await world.model.complete(QUESTION);
    expect(answer.text).toBe("my key is Bearer ***");
    expect(JSON.stringify([...world.records.kept.values()])).not.toContain(KEY);
    expect(inspect(world, { depth: 9, showHidden: true })).not.toContain(KEY);
  });

  test("prints as *** in JSON, in texts and for inspection", () => {
    const secret = new Secret(KEY);
    const told = `${String(secret)} ${JSON.stringify({ secret })} ${inspect({ secret }, { showHidden: true })}`;
    expect(told).not.toContain(KEY);
    expect(secret.blot(`a ${KEY} b ${encodeURIComponent(KEY)}`)).toBe("a *** b ***");
    expect(new Secret("ollama").blot("ollama runs")).toBe("ollama runs");
  });
});
