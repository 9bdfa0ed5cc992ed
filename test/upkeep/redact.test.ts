import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { redact } from "../../src/upkeep/backup/index.ts";
import { SEED } from "../support/seed.ts";

/** In the cases below § stands for the dollar of a variable. */
const written = (one: string): string => one.replaceAll("§", "$");

test.each([
  ["url: postgres://ada:pa%24s@db/w", "url: postgres://ada:§{CANONRY_DATABASE_PASSWORD}@db/w"],
  [
    'url: "postgres://db/w?password=x1&a=b"',
    'url: "postgres://db/w?password=§{CANONRY_DATABASE_PASSWORD}&a=b"',
  ],
  ["url: postgres://ada:§{PW}@db/w", "url: postgres://ada:§{PW}@db/w"],
  ["url: postgres://ada@db:5432/w", "url: postgres://ada@db:5432/w"],
  [
    "  secret_access_key: a,b}c # mine",
    '  secret_access_key: "§{CANONRY_SECRET_ACCESS_KEY}" # mine',
  ],
  ['  secret_access_key: "a#b"', '  secret_access_key: "§{CANONRY_SECRET_ACCESS_KEY}"'],
  [
    "s3: {bucket: b, secret: x, region: r}",
    's3: {bucket: b, secret: "§{CANONRY_SECRET}", region: r}',
  ],
  ["  secret_access_key: §{KEY}", "  secret_access_key: §{KEY}"],
  ["  max_tokens: 4000\n  key_env: MY_KEY", "  max_tokens: 4000\n  key_env: MY_KEY"],
  ["  landing_page: https://example.org/a:b@c", "  landing_page: https://example.org/a:b@c"],
  // What a line does not show.
  [
    "aws_secret_access_key:\n  wJalrONE\n",
    'aws_secret_access_key:\n  "§{CANONRY_AWS_SECRET_ACCESS_KEY}"\n',
  ],
  [
    "aws_session_token: >- # kept\n  TWOTWO\n  THREE\nregion: r # TWOTWO THREE",
    'aws_session_token: "§{CANONRY_AWS_SESSION_TOKEN}" # kept\nregion: r # §{CANONRY_AWS_SESSION_TOKEN}',
  ],
  ["token: |\n  s3cret\nb: 1", 'token: "§{CANONRY_TOKEN}\\n"\nb: 1'],
  ['{"password":"a b9","b":1}', '{"password":"§{CANONRY_PASSWORD}","b":1}'],
  ["{url: x://u:p@h, b: 1}", '{url: "x://u:§{CANONRY_DATABASE_PASSWORD}@h", b: 1}'],
  [
    "? 'api key'\n: a\n? api_key\n: a1b2c3",
    "? 'api key'\n: a\n? api_key\n: \"§{CANONRY_API_KEY}\"",
  ],
  ["b: &s a1b2c3\nsecret: *s", 'b: &s "§{CANONRY_SECRET}"\nsecret: *s'],
  ["token: [a1b2c3, d]", 'token: ["§{CANONRY_TOKEN}", "§{CANONRY_TOKEN_2}"]'],
  ["token:\nsecret: null\npassword: ''", "token:\nsecret: null\npassword: ''"],
  // Elsewhere: a secret goes wherever it stands, a word that says nothing only where it is the secret.
  [
    "token: a1b2c3\nb: x-a1b2c3-y # a1b2c3",
    'token: "§{CANONRY_TOKEN}"\nb: x-§{CANONRY_TOKEN}-y # §{CANONRY_TOKEN}',
  ],
  [
    "url: postgres://postgres:postgres@db/postgres # not postgres",
    "url: postgres://postgres:§{CANONRY_DATABASE_PASSWORD}@db/postgres # not §{CANONRY_DATABASE_PASSWORD}",
  ],
  // Two secrets are two variables, and neither is one that stands there already.
  [
    "token: a1b2c3\nx: {token: d4e5f6}\ny: §{CANONRY_TOKEN_2}",
    'token: "§{CANONRY_TOKEN}"\nx: {token: "§{CANONRY_TOKEN_3}"}\ny: §{CANONRY_TOKEN_2}',
  ],
  // Addresses of all kinds.
  ["url: postgres://ada:pa/s@s@db/w", "url: postgres://ada:§{CANONRY_DATABASE_PASSWORD}@db/w"],
  ["url: postgres://[::1]:5432/w?x=a@b", "url: postgres://[::1]:5432/w?x=a@b"],
  ["url: host=db password=abc user=a", "url: host=db password=§{CANONRY_DATABASE_PASSWORD} user=a"],
  ["url: https://h/a?sas_token=ab%20&b=c", "url: https://h/a?sas_token=§{CANONRY_SAS_TOKEN}&b=c"],
  ["a: |-\n  see\n  x://u:p@h\nb: 1", 'a: "see\\nx://u:§{CANONRY_DATABASE_PASSWORD}@h"\nb: 1'],
  // An old setting in a comment.
  ["# token: 'old one'\na: 1", '# token: "§{CANONRY_TOKEN}"\na: 1'],
  ["# token: >-\n#   a1b2c3\na: 1", '# token: >-\n#   "§{CANONRY_TOKEN}"\na: 1'],
  ["a: 1 # x://u:p@h", "a: 1 # x://u:§{CANONRY_DATABASE_PASSWORD}@h"],
  // Another program's line ends, and a mark at the beginning.
  ["\ufefftoken: |-\r\n  a1b2c3\r\nb: 1\r\n", '\ufefftoken: "§{CANONRY_TOKEN}"\r\nb: 1\r\n'],
])("%s", (text, clean) => {
  expect(redact(written(text))?.text).toBe(written(clean));
});

test.each([
  ["no YAML", "a: [1\nsecret: x"],
  ["a name that is not there", "secret: *nowhere"],
  ["a secret in the name of an anchor", "a: &a1b2c3 1\nsecret: a1b2c3"],
])("%s: nobody can say what is secret", (_name, text) => {
  expect(redact(text)).toBeNull();
});

describe("a secret in any shape", () => {
  const indented = (text: string, by: string): string => text.replaceAll("\n", `\n${by}`);
  const flat = /^[A-Za-z0-9][A-Za-z0-9/+=_]*$/;
  const single = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const coded = (text: string): string =>
    `"${[...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`;
  const SHAPES: Readonly<Record<string, (key: string, secret: string) => string>> = {
    plain: (key, secret) => `${key}: ${flat.test(secret) ? secret : single(secret)}`,
    below: (key, secret) => `${key}: # mine\n\n  ${flat.test(secret) ? secret : single(secret)}`,
    double: (key, secret) => `"${key}" : ${JSON.stringify(secret)} # mine`,
    coded: (key, secret) => `${key}: ${coded(secret)}`,
    folded: (key, secret) => `${key}: >- # mine\n    ${secret}`,
    literal: (key, secret) => `${key}: |\n  ${secret}\n`,
    kept: (key, secret) => `${key}: |2+\n  ${secret}\n\n`,
    flow: (key, secret) => `{a: 1, ${key}: ${single(secret)}, b: [2]}`,
    json: (key, secret) => `{"${key}":${JSON.stringify(secret)},"b":[2]}`,
    explicit: (key, secret) => `? ${key}\n: ${JSON.stringify(secret)}`,
    named: (key, secret) => `a: &it !!str ${single(secret)}\n${key}: *it`,
    list: (key, secret) => `${key}:\n  - ~\n  - ${single(secret)}`,
    query: (_key, secret) => `a: https://h/x?token=${encodeURIComponent(secret)}&b=1`,
    address: (_key, secret) => `a: postgres://ada:${encodeURIComponent(secret)}@db:5432/w`,
  };
  const ECHOES: Readonly<Record<string, (secret: string) => string>> = {
    none: () => "c: 3",
    comment: (secret) => `c: 3 # it was ${secret}, I think`,
    inside: (secret) => `c: ${JSON.stringify(`see ${secret} there`)}`,
    coded: (secret) => `c: ${coded(`x${secret}`)}`,
    single: (secret) => `c: {d: ${single(secret)}}`,
    block: (secret) => `c: |-\n  one\n  ${secret}\n  two`,
    key: (secret) => `${JSON.stringify(`k ${secret}`)}: 3`,
  };
  const characters = [..."abcXYZ0189+/=_-.:#'\"\\{}[]!&*?|>@%$,~ é"];
  const secrets = fc
    .tuple(
      fc.array(fc.constantFrom(...characters), { minLength: 6, maxLength: 24 }),
      fc.constantFrom(..."Qq7"),
      fc.constantFrom(..."Zz4"),
    )
    .map(([middle, first, last]) => `${first}1${middle.join("").replace(/\$\{/g, "$")}${last}`);
  const cases = fc.record({
    shape: fc.constantFrom(...Object.keys(SHAPES)),
    echo: fc.constantFrom(...Object.keys(ECHOES)),
    key: fc.constantFrom("aws_secret_access_key", "aws_session_token", "db-password", "apiKey"),
    secret: secrets,
    depth: fc.constantFrom("", "  ", "      "),
    end: fc.constantFrom("\n", "\r\n"),
    rest: fc.constant("# Ours\nregion: eu-west-2   # near\nnumbers: [1,  2, 0x1F]\nlast: 'it''s'"),
  });

  test(`is in nothing that is left, and with it put back all is as it was (seed ${SEED})`, () => {
    fc.assert(
      fc.property(cases, ({ shape, echo, key, secret, depth, end, rest }) => {
        const own = [SHAPES[shape]?.(key, secret) ?? "", ECHOES[echo]?.(secret) ?? ""];
        const items = own.map((one) => `- ${indented(one, "  ")}`);
        const lines = indented(`\nfound:\n${items.join("\n")}\n${rest}`, depth);
        const text = `top:${lines}\n`.replaceAll("\n", end);
        const found = redact(text);
        const said = encodeURIComponent(secret);
        expect(found, text).not.toBeNull();
        const { text: clean, redacted } = found ?? { text: "", redacted: [] };
        expect(redacted.length, text).toBeGreaterThan(0);
        const inAddress = shape === "query" || shape === "address";
        if (!inAddress) expect(clean).not.toContain(secret);
        if (inAddress) expect(clean).not.toContain(said);
        const back = JSON.stringify(parse(clean)).replace(/\$\{CANONRY_\w+\}/g, () =>
          JSON.stringify(inAddress ? said : secret).slice(1, -1),
        );
        expect(back, text).toBe(JSON.stringify(parse(text)));
        for (const line of rest.split("\n")) expect(clean).toContain(`${depth}${line}${end}`);
      }),
      { seed: SEED, numRuns: 1_500 },
    );
  });
});
