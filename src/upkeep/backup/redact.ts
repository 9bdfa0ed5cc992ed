import {
  type Document,
  isAlias,
  isCollection,
  isPair,
  isScalar,
  parseAllDocuments,
  type Scalar,
  visit,
} from "yaml";
import { isReference, isSecretKey, Secrets, withoutKeys } from "./secrets.ts";

export interface Redacted {
  readonly text: string;
  /** The variables that stand in the place of secrets. */
  readonly redacted: readonly string[];
}

/**
 * A configuration without the secrets that are written out in it: each gives way to a variable, so that a home
 * that is restored says which one it lacks. All else stays as it is written. Null where nobody can say what is
 * secret: it is no YAML, or with its secrets put back it would not be what it was.
 */
export function redact(text: string): Redacted | null {
  const was = parsed(text);
  if (was === null) return null;
  const secrets = new Secrets(text);
  const scalars = was.flatMap((document) => scalarsOf(document));
  for (const { value, secretOf } of scalars) {
    if (secretOf === null) secrets.withoutAddresses(value);
    else secrets.variable(value.trim(), secretOf);
  }
  const telling = secrets.telling();
  const clean = rewritten(text, scalars, secrets);
  const is = parsed(clean);
  if (is === null || isTold(clean, telling)) return null;
  const [before, after] = [valuesOf(was), valuesOf(is)];
  const isSame = before !== null && after !== null && secrets.restored(after) === before;
  return isSame ? { text: clean, redacted: secrets.variablesIn(clean) } : null;
}

/** All scalars are texts, whatever they look like. */
function parsed(text: string): readonly Document.Parsed[] | null {
  const options = { schema: "failsafe", uniqueKeys: false, logLevel: "silent" } as const;
  const documents = [...parseAllDocuments(text, options)];
  return documents.some((one) => one.errors.length > 0) ? null : documents;
}

interface FoundScalar {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly type: Scalar.Type | undefined;
  readonly isInFlow: boolean;
  /** The name of a key that is called as secrets are. */
  readonly isSecretKey: boolean;
  /** The key whose secret it is; null for all else. */
  readonly secretOf: string | null;
}

/** In the order of the text. */
function scalarsOf(document: Document.Parsed): readonly FoundScalar[] {
  const secret = secretsOf(document);
  const found: FoundScalar[] = [];
  visit(document, {
    Scalar: (key, node, path) => {
      const { range } = node;
      if (range == null || typeof node.value !== "string") return;
      const { value, type } = node;
      const isInFlow = path.some((one) => isCollection(one) && one.flow === true);
      found.push({
        ...{ value, type: type as Scalar.Type | undefined, start: range[0], end: range[1] },
        ...{ isInFlow, isSecretKey: key === "key" && isSecretKey(value) },
        secretOf: isEmpty(node) || isReference(value) ? null : (secret.get(node) ?? null),
      });
    },
  });
  return found.sort((a, b) => a.start - b.start);
}

/** Nothing, and what is true or false, is no secret. */
const isEmpty = ({ type, value }: Scalar): boolean =>
  type === "PLAIN" ? /^(?:~|null|true|false|)$/i.test(String(value)) : String(value).trim() === "";

/** Each scalar that is the value of a key that is called as secrets are, wherever its text stands. */
function secretsOf(document: Document.Parsed): ReadonlyMap<Scalar, string> {
  const found = new Map<Scalar, string>();
  const seen = new Set<unknown>();
  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const mark = (node: unknown, called: string): void => {
    const own = resolved(node);
    if (seen.has(own)) return;
    seen.add(own);
    if (isScalar(own)) found.set(own, called);
    if (isPair(own)) mark(own.value, called);
    if (isCollection(own)) for (const item of own.items) mark(item, called);
  };
  visit(document, {
    Pair: (_at, { key, value }) => {
      const own = resolved(key);
      const called = isScalar(own) ? String(own.value) : "";
      if (isSecretKey(called)) mark(value, called);
    },
  });
  return found;
}

/** The text with what stands between its scalars, where comments are, and each scalar where it changes. */
function rewritten(text: string, scalars: readonly FoundScalar[], secrets: Secrets): string {
  const clean = secrets.replacer();
  const cleanComment = secrets.commentReplacer();
  const between = (gap: string): string =>
    gap.replace(/(?<!\S)#.*(?:\r?\n[ \t]*#.*)*/g, (comment) =>
      withoutKeys(secrets.withoutAddresses(cleanComment(comment)), secrets),
    );
  let [written, done] = ["", 0];
  for (const scalar of scalars) {
    const value = changed(scalar, secrets, clean);
    written += between(text.slice(done, scalar.start));
    const source = text.slice(scalar.start, scalar.end);
    // What stands behind the mark of a block is a comment.
    const [head, comment] = isBlock(scalar) ? headOf(source) : [source, ""];
    if (value === scalar.value) {
      written += head + between(comment) + source.slice(head.length + comment.length);
    } else written += sourceOf(scalar, head, value) + between(comment);
    done = scalar.end;
  }
  return written + between(text.slice(done));
}

/** What a scalar says without its secrets. */
function changed(
  { value, secretOf, isSecretKey: isName }: FoundScalar,
  secrets: Secrets,
  clean: (text: string) => string,
): string {
  if (isName) return value;
  if (secretOf === null) return clean(secrets.withoutAddresses(value));
  return value.replace(value.trim(), () => secrets.variable(value.trim(), secretOf));
}

const isBlock = ({ type }: FoundScalar): boolean =>
  type === "BLOCK_FOLDED" || type === "BLOCK_LITERAL";

/** `>-` of a block, and the rest of its line with its end. */
function headOf(source: string): readonly [head: string, rest: string] {
  const [, head = "", rest = ""] = /^([|>][-+\d]*)([^\n]*\n?)/.exec(source) ?? [];
  return [head, rest];
}

/** A new value written as the old one was, if that can be done without looking at each character; else quoted. */
function sourceOf(scalar: FoundScalar, source: string, value: string): string {
  if (scalar.secretOf === null && !isBlock(scalar)) {
    const [first, last] = [source.slice(0, 1), source.slice(-1)];
    if (source === scalar.value && !scalar.isInFlow) return value;
    if (first === last && /["']/.test(first) && source.slice(1, -1) === scalar.value)
      return first + value + last;
  }
  return JSON.stringify(value);
}

/** Whether a secret stands there still, as no part of a variable's name. */
function isTold(text: string, telling: readonly string[]): boolean {
  const bare = text.replace(/\$\{\w+\}/g, "\0");
  return telling.some((secret) => bare.includes(secret));
}

/** All that the documents say, as JSON; null where that is not known, or would have no end. */
function valuesOf(documents: readonly Document.Parsed[]): string | null {
  try {
    return JSON.stringify(documents.map((one) => one.toJS() as unknown));
  } catch (error) {
    if (error instanceof ReferenceError) return null;
    throw error;
  }
}
