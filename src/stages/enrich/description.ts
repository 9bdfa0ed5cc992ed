/** Longer texts are no description of a column. */
export const LONGEST_DESCRIPTION = 300;

/** Texts that tell a reader, or the next model, to do something. */
const INSTRUCTION =
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.]{0,60}\b(?:instruction|prompt|rule|above|previous|prior|everything|all)|\bsystem prompt\b|\byou (?:must|should|shall|are (?:now|an?)|will now)\b|\b(?:as|i am|i'm) an? (?:ai|language model|assistant)\b|^\s*(?:system|assistant|user|human|developer)\s*:|\b(?:click|visit|download|subscribe|log ?in|sign in|run|execute|install|open|send|email|call|contact|pay|transfer|delete|drop)\b (?:here|this|the following|at|to|your|my|table|it|now|http)|\b(?:password|api[ -]?key|credential|secret key|access token)s?\b|\bplease (?!note)\w+/i;

const LINK =
  /\b(?:https?|ftp|file|javascript|data|mailto):|\bwww\.|\]\(|\b[\w-]+\.(?:com|org|net|io|ru|cn|co\.uk|gov\.uk|nhs\.uk|ac\.uk|dev|app|info|biz|xyz)\b|\S@\S+\.\w/i;

const MARKUP = /<\/?[a-z!?]|&#?\w{1,8};|```|`|\*\*|^\s*[#>|]|\{\{|\}\}|\$\{/i;

const TESTS: readonly (readonly [RegExp, string])[] = [
  [/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u, "it holds signs that are not printed"],
  [LINK, "it holds a link or an address"],
  [MARKUP, "it holds markup"],
  [/^[=+@]|^-\d/, "it begins as a formula does"],
  [INSTRUCTION, "it reads like an instruction"],
];

/** Why a text cannot be the description of a column; null if it can. */
export function wrongWith(text: string): string | null {
  if (text === "") return "it is empty";
  if (text.length > LONGEST_DESCRIPTION)
    return `it is longer than ${LONGEST_DESCRIPTION} characters`;
  if (!/\p{L}{2}/u.test(text)) return "it holds no words";
  return TESTS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
