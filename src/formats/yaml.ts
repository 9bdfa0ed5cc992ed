import {
  Composer,
  type CST,
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
  type Scalar,
} from "yaml";
import { CanonryError, type ErrorCode } from "../model/errors.ts";
import type { Limits } from "../model/limits.ts";

/** A YAML document that passed the guards. */
export interface ReadYaml {
  readonly value: unknown;
  /** 1-based line of a key, given the path to it; of the nearest thing above it if it is not there. */
  lineOf(path: readonly (string | number)[]): number;
}

export interface YamlOptions {
  readonly file: string;
  readonly limits: Pick<Limits, "yaml_bytes" | "yaml_depth" | "yaml_keys">;
  /** What an unsafe or broken document is called. */
  readonly code: ErrorCode;
}

/**
 * Reads one plain YAML document. Refused before anything recurses: too many bytes, NUL, directives,
 * several documents, nesting deeper than the limit. Refused after: too many keys, tags, anchors, aliases,
 * merge keys, escaped NULs, two equal keys (checked here, since the library's own check is quadratic).
 */
export function readYaml(text: string, options: YamlOptions): ReadYaml {
  const lines = new LineCounter();
  const fail = (message: string, line?: number): never => {
    throw new CanonryError(options.code, message, { file: options.file, line });
  };
  guardText(text, options, fail);
  const composer = new Composer({
    uniqueKeys: false,
    customTags: [],
    schema: "core",
    version: "1.2",
    logLevel: "silent",
  });
  const tokens = tokensOf(text, lines, options.limits.yaml_depth, fail);
  const [document, ...more] = composer.compose(tokens, true, text.length);
  if (document === undefined || more.length > 0) return fail("there are several documents");
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) fail(firstLine(error.message), lines.linePos(error.pos[0]).line);
  const lineAt = (node: Node | null): number => lines.linePos(node?.range?.[0] ?? 0).line;
  checkNode(document.contents, options, fail, lineAt);
  return {
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    lineOf: (path) => lineOfPath(document, path, lineAt),
  };
}

type Fail = (message: string, line?: number) => never;

function guardText(text: string, { limits }: YamlOptions, fail: Fail): void {
  const size = Buffer.byteLength(text);
  if (size > limits.yaml_bytes) fail(`${size} bytes, and the limit is ${limits.yaml_bytes}`);
  if (text.includes("\u0000")) fail("it holds a NUL");
  if (/^%/m.test(text)) fail("it holds a directive");
  if (/^(?:---|\.\.\.)(?=\s|$)/m.test(text.replace(/^(?:\s*(?:#.*)?\n)*---[ \t]*(?=\n|$)/, ""))) {
    fail("there are several documents");
  }
}

/**
 * The tokens of a text, refused as soon as collections stand deeper in each other than the limit; a bracket
 * inside a text is none. The parser of tokens keeps a stack of its own; what composes them recurses.
 */
function* tokensOf(
  text: string,
  lines: LineCounter,
  limit: number,
  fail: Fail,
): Generator<CST.Token> {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  let tallest = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length < tallest) continue;
    tallest = parser.stack.length;
    const depth = parser.stack.filter(({ type }) => COLLECTIONS.has(type)).length;
    if (depth > limit) fail(`nested deeper than the limit, ${limit}`);
  }
  yield* parser.end();
}

const COLLECTIONS: ReadonlySet<string> = new Set(["block-map", "block-seq", "flow-collection"]);

/** What no database keeps: NUL, and surrogates without their other half. */
const UNKEPT = /[\u0000\p{Surrogate}]/u;

function checkNode(
  root: unknown,
  { limits }: YamlOptions,
  fail: Fail,
  lineAt: (node: Node) => number,
): void {
  let keys = 0;
  const open: unknown[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === null || typeof node !== "object") continue;
    const own = node as Node & { anchor?: string; tag?: string; source?: unknown };
    if (isSeq(node)) open.push(...node.items);
    else if (isMap(node)) {
      keys += node.items.length;
      if (keys > limits.yaml_keys) fail(`more than ${limits.yaml_keys} keys`);
      const seen = new Set<string>();
      for (const pair of node.items) {
        const key =
          isScalar(pair.key) && pair.key.value !== null
            ? String(pair.key.value)
            : fail("a key that is no word", lineAt(own));
        if (seen.has(key)) fail(`the key ${key} stands twice`, lineAt(pair.key as Node));
        if (key === "<<" && (pair.key as Scalar).type === "PLAIN")
          fail("a merge key, <<", lineAt(pair.key as Node));
        seen.add(key);
        open.push(pair.key, pair.value);
      }
    } else if (!isScalar(node)) fail("an alias", lineAt(own));
    else if (typeof node.value === "string" && UNKEPT.test(node.value))
      fail("a NUL, or half a character", lineAt(own));
    if (own.anchor !== undefined) fail(`an anchor, &${own.anchor}`, lineAt(own));
    if (
      own.tag !== undefined &&
      !/^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/.test(own.tag)
    )
      fail(`a tag, ${own.tag}`, lineAt(own));
  }
}

function lineOfPath(
  document: Document,
  path: readonly (string | number)[],
  lineAt: (node: Node | null) => number,
): number {
  let node: unknown = document.contents;
  let line = lineAt(document.contents as Node | null);
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (one) => isScalar(one.key) && String(one.key.value) === String(step),
      );
      if (pair === undefined) return line;
      line = lineAt(pair.key as Node);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) return line;
      line = lineAt(node as Node);
    } else return line;
  }
  return line;
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/ at line.*$/, "");
}

const STYLE = {
  lineWidth: 100,
  indentSeq: true,
  singleQuote: false,
  flowCollectionPadding: false,
} as const;

/** YAML of a plain document: equal documents give equal bytes. */
export function renderYaml(value: unknown, heading = ""): string {
  const document = parseDocument("");
  document.contents = document.createNode(value, {
    aliasDuplicateObjects: false,
  }) as typeof document.contents;
  flowShortLists(document.contents);
  return `${heading}${document.toString(STYLE)}`;
}

/**
 * `value` written over an earlier text: what is equal keeps its place, its order and the comments of
 * people; what is new stands where `value` has it; what is gone takes its comments along.
 */
export function mergeYaml(text: string, value: unknown): string {
  return new YamlMerger().merge(text, value);
}

/** The same, for a text that is written again and again: what was written last is not parsed again. */
export class YamlMerger {
  private last: { readonly text: string; readonly document: Document } | null = null;

  merge(text: string, value: unknown): string {
    const document: Document =
      this.last?.text === text ? this.last.document : parseDocument(text, { uniqueKeys: false });
    this.last = null;
    if (document.errors.length > 0) return renderYaml(value);
    document.contents = merged(document, document.contents, value) as typeof document.contents;
    const next = document.toString(STYLE);
    this.last = { text: next, document };
    return next;
  }
}

function merged(document: Document, node: unknown, value: unknown): Node {
  // Nothing stands in brackets wherever it comes from; what is put in does not.
  if (isCollection(node) && node.items.length === 0) delete node.flow;
  if (isMap(node) && isRecord(value)) {
    const fresh = Object.entries(value).filter(([, item]) => item !== undefined);
    const names = new Set(fresh.map(([key]) => key));
    node.items = node.items.filter(
      (pair) => isScalar(pair.key) && names.has(String(pair.key.value)),
    );
    for (const [key, item] of fresh) {
      const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key);
      if (pair === undefined) node.items.push(document.createPair(key, item));
      else pair.value = merged(document, pair.value, item);
    }
    flowShortLists(node);
    return node;
  }
  if (isSeq(node) && Array.isArray(value)) {
    const olds = [...node.items];
    node.items = value.map((item: unknown, at) => {
      const old = partner(olds, item, at);
      if (old >= 0) return merged(document, olds.splice(old, 1, null)[0], item);
      return freshNode(document, item);
    });
    return node;
  }
  if (isScalar(node) && !isRecord(value) && !Array.isArray(value)) {
    if (node.value === value) return node;
    const { comment, commentBefore, spaceBefore } = node;
    return Object.assign(document.createNode(value), { comment, commentBefore, spaceBefore });
  }
  return freshNode(document, value);
}

function freshNode(document: Document, value: unknown): Node {
  const node = document.createNode(value, { aliasDuplicateObjects: false }) as Node;
  flowShortLists(node);
  return node;
}

const IDENTITY = ["code", "name", "version"] as const;

/** Items of a list belong together by what names them, else by their place. */
function partner(olds: readonly unknown[], item: unknown, at: number): number {
  if (isRecord(item)) {
    const name = IDENTITY.find((key) => item[key] !== undefined);
    if (name !== undefined)
      return olds.findIndex((old) => isMap(old) && old.get(name) === item[name]);
  }
  const same = olds.findIndex((old) => isScalar(old) && old.value === item);
  return same >= 0 ? same : olds[at] === undefined || olds[at] === null ? -1 : at;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Short lists of plain words stand on one line, as a person would write them. */
function flowShortLists(root: unknown): void {
  const open: unknown[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isSeq(node)) {
      const plain = node.items.every(
        (item) => isScalar(item) && item.comment === undefined && item.commentBefore === undefined,
      );
      const size = node.items.reduce<number>(
        (sum, item) => sum + (isScalar(item) ? String(item.value).length + 4 : 0),
        0,
      );
      if (plain && size < 70) node.flow = true;
      open.push(...node.items);
    } else if (isMap(node)) open.push(...node.items);
    else if (isPair(node)) open.push(node.value);
  }
}
