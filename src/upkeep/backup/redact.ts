/** Stands in a configuration in place of a password that was written out in an address. */
const PASSWORD = "CANONRY_DATABASE_PASSWORD";

/** A reference to a variable is no secret. */
const isReference = (value: string): boolean => /^["']?\$\{[A-Za-z_]\w*\}["']?$/.test(value);

/** postgres://user:secret@host, and ?password=secret */
const IN_ADDRESSES = [
  /([a-z][a-z0-9+.-]*:\/\/[^\s/:@'"]*:)([^\s/'"]+)(@)/gi,
  /([?&](?:ssl)?password=)([^\s&'"#]+)()/gi,
];

/** secret_access_key: secret */
const KEY =
  /\b([\w-]*(?:password|passphrase|secret|token|api_key|access_key|secret_key))["']?\s*:[ \t]+/gi;

/**
 * A configuration without the secrets that are written out in it: each gives way to a variable, so that a home
 * that is restored says which one it lacks. All else stays as it is written.
 */
export function redact(text: string): {
  readonly text: string;
  readonly redacted: readonly string[];
} {
  const names = new Set<string>();
  const lines = text.split("\n").map((line) => {
    let clean = line;
    for (const pattern of IN_ADDRESSES) {
      clean = clean.replace(pattern, (whole, before: string, secret: string, after: string) => {
        if (isReference(secret)) return whole;
        names.add(PASSWORD);
        return `${before}\${${PASSWORD}}${after}`;
      });
    }
    return withoutKeys(clean, names);
  });
  return { text: lines.join("\n"), redacted: [...names] };
}

/** A line without the values of keys that are called as secrets are. */
function withoutKeys(line: string, names: Set<string>): string {
  for (const found of line.matchAll(KEY)) {
    const start = found.index + found[0].length;
    const isFlow = line.slice(0, found.index).includes("{");
    const plain = isFlow ? /^[^\s#,}][^,}]*/ : /^[^\s#](?:(?!\s#).)*/;
    const rest = line.slice(start);
    const [value] = /^"(?:[^"\\]|\\.)*"|^'[^']*'/.exec(rest) ?? plain.exec(rest) ?? [""];
    if (value === "" || isReference(value.trim())) continue;
    const name = `CANONRY_${(found[1] ?? "").replaceAll("-", "_").toUpperCase()}`;
    names.add(name);
    const after = rest.slice(value.length);
    return `${line.slice(0, start)}"\${${name}}"${withoutKeys(after, names)}`;
  }
  return line;
}
