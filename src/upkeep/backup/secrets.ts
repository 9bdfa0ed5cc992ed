/** What the value of a key is called a secret by: aws_secret_access_key, session-token, apiKey. */
const SECRET_NAME =
  "(?:passw(?:or)?d|passphrase|secret|token|(?:api|access|secret|private)[_-]?key)";

const SECRET_KEY = new RegExp(`${SECRET_NAME}$`, "i");

export const isSecretKey = (key: string): boolean => SECRET_KEY.test(key);

/** Stands in a configuration in place of a password that was written out in an address. */
const PASSWORD = "DATABASE_PASSWORD";

/** A value that is made of nothing but variables is no secret. */
export const isReference = (value: string): boolean =>
  /^(?:\$\{[A-Za-z_]\w*\})+$/.test(value.trim().replace(/^(["'])(.*)\1$/, "$2"));

interface InText {
  readonly pattern: RegExp;
  /** Of the variable, given what stands before the secret. */
  readonly name: (before: string) => string;
}

const IN_TEXT: readonly InText[] = [
  // postgres://user:secret@host; then one with a slash, where what follows the colon is no port.
  { pattern: /([a-z][a-z0-9+.-]*:\/\/[^\s/:@'"[]*:)([^\s/]+)(@)/gi, name: () => PASSWORD },
  {
    pattern: /([a-z][a-z0-9+.-]*:\/\/[^\s/:@'"[]*:)(?!\$\{|\d*[/?#])(\S+)(@)/gi,
    name: () => PASSWORD,
  },
  // ?password=secret, and host=db password=secret
  { pattern: /([?&](?:ssl)?password=)([^\s&#]+)()/gi, name: () => PASSWORD },
  {
    pattern: /((?:^|[;\s])(?:ssl)?password=)('(?:[^'\\]|\\.)+'|\S+)()/gi,
    name: () => PASSWORD,
  },
  {
    pattern:
      /([?&](?:[\w.-]*(?:secret|token|signature|credential|api[_-]?key|access[_-]?key)|sig)=)([^\s&#]+)()/gi,
    name: (before) => before.slice(1, -1),
  },
];

/** A word that may stand anywhere without telling anything, though somebody took it for a password. */
const ORDINARY = /^(?:.{0,5}|[A-Z]?[a-z_-]{0,15}|\d{0,7})$/s;

/** Shorter than this a word is none that says something of a secret in a comment. */
const LEAST_WORD = 4;

/** The secrets of one text, and the variable that stands for each. */
export class Secrets {
  private readonly names = new Map<string, string>();
  private readonly taken: Set<string>;

  constructor(text: string) {
    this.taken = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map((found) => found[1] ?? ""));
  }

  /** `${CANONRY_SESSION_TOKEN}`: the same for the same secret, another one for another. */
  variable(secret: string, called: string): string {
    const known = this.names.get(secret);
    if (known !== undefined) return `\${${known}}`;
    const base = `CANONRY_${called.replace(/\W+/g, "_").toUpperCase()}`;
    let name = base;
    for (let count = 2; this.taken.has(name); count++) name = `${base}_${count}`;
    this.taken.add(name);
    this.names.set(secret, name);
    return `\${${name}}`;
  }

  /** Those that are replaced wherever they stand; a word like `postgres` is only where it is the secret. */
  telling(): readonly string[] {
    return [...this.names.keys()].filter((secret) => !ORDINARY.test(secret));
  }

  /** A text without the secrets in its addresses. */
  withoutAddresses(text: string): string {
    let clean = text;
    for (const { pattern, name } of IN_TEXT) {
      clean = clean.replace(pattern, (whole, before: string, secret: string, after: string) =>
        isReference(secret) ? whole : `${before}${this.variable(secret, name(before))}${after}`,
      );
    }
    return clean;
  }

  /** What writes variables in place of all telling secrets that are known by now, wherever they stand. */
  replacer(): (text: string) => string {
    return replacing(
      new Map(this.telling().map((secret) => [escaped(secret), secret])),
      this.names,
    );
  }

  /** The same for comments: there ordinary words go too, and each line of a secret of several. */
  commentReplacer(): (text: string) => string {
    const patterns = new Map<string, string>();
    for (const secret of this.names.keys()) {
      for (const part of [secret, ...secret.split("\n").map((line) => line.trim())]) {
        if (!ORDINARY.test(part)) patterns.set(escaped(part), secret);
        else if (part.length >= LEAST_WORD) patterns.set(`(?<!\\w)${escaped(part)}(?!\\w)`, secret);
      }
    }
    return replacing(patterns, this.names);
  }

  /** JSON as it was before its secrets went. */
  restored(json: string): string {
    const secrets = new Map(
      [...this.names].map(([secret, name]) => [name, JSON.stringify(secret).slice(1, -1)]),
    );
    return json.replace(/\$\{(\w+)\}/g, (whole, name: string) => secrets.get(name) ?? whole);
  }

  /** The variables that stand in a text in place of secrets. */
  variablesIn(text: string): readonly string[] {
    return [...this.names.values()].filter((name) => text.includes(`\${${name}}`));
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** In one pass, the longest first; a variable that stands there is left alone. */
function replacing(
  patterns: ReadonlyMap<string, string>,
  names: ReadonlyMap<string, string>,
): (text: string) => string {
  const all = [...patterns].sort(([a], [b]) => b.length - a.length);
  const any = new RegExp(["\\$\\{\\w+\\}", ...all.map(([one]) => `(${one})`)].join("|"), "g");
  return (text) =>
    text.replace(any, (whole, ...groups: (string | undefined)[]) => {
      const at = groups.slice(0, all.length).findIndex((group) => group !== undefined);
      const secret = all[at]?.[1];
      return secret === undefined ? whole : `\${${names.get(secret) ?? ""}}`;
    });
}

/** secret_access_key: secret, or the same with the value in the comment of the next line */
const KEY_IN_COMMENT = new RegExp(
  `([\\w-]*${SECRET_NAME})["']?[ \\t]*:(?:[ \\t]*(?:[|>][-+\\d]*[ \\t]*)?\\r?\\n[ \\t]*#[ \\t]*(?!.*:(?:\\s|$))|[ \\t]+)`,
  "gi",
);

/** Lines of comment without the values of keys that are called as secrets are: an old setting may stand there. */
export function withoutKeys(comment: string, secrets: Secrets): string {
  let [clean, done] = ["", 0];
  for (const found of comment.matchAll(KEY_IN_COMMENT)) {
    const start = found.index + found[0].length;
    if (found.index < done) continue;
    const isFlow = /\{[^\n]*$/.test(comment.slice(0, found.index));
    const plain = isFlow ? /^[^\s#,}][^,}\r\n]*/ : /^[^\s#|>](?:(?!\s#)[^\r\n])*/;
    const rest = comment.slice(start);
    const [value] = /^"(?:[^"\\]|\\.)*"|^'[^']*'/.exec(rest) ?? plain.exec(rest) ?? [""];
    if (value === "" || isReference(value)) continue;
    clean += `${comment.slice(done, start)}"${secrets.variable(value, found[1] ?? "")}"`;
    done = start + value.length;
  }
  return clean + comment.slice(done);
}
