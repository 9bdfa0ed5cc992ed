import { Ajv, type ErrorObject } from "ajv";
import { CanonryError } from "../model/errors.ts";

/** A parsed file that knows the lines of its keys. */
export interface ConfigFile {
  readonly path: string;
  readonly value: unknown;
  lineOf(path: readonly (string | number)[]): number;
}

const ajv = new Ajv({ strict: true, allErrors: false, strictRequired: false });

export function isValid(value: unknown, schema: object): boolean {
  return ajv.validate(schema, value);
}

/** Throws CONFIG_INVALID with the file, the line and the key. */
export function validate(file: ConfigFile, schema: object): void {
  const check = ajv.compile(schema);
  if (check(file.value)) return;
  const error =
    (check.errors ?? []).find((one) => one.keyword === "additionalProperties") ??
    check.errors?.at(-1);
  if (error !== undefined) throw invalid(file, pathOf(error), messageOf(error));
}

export function invalid(
  file: ConfigFile,
  path: readonly (string | number)[],
  message: string,
  code: "CONFIG_INVALID" | "PERIOD_INVALID" | "NAME_INVALID" = "CONFIG_INVALID",
): CanonryError {
  return new CanonryError(code, message, {
    file: file.path,
    line: file.lineOf(path),
    key: path.length === 0 ? undefined : path.join("."),
  });
}

function pathOf(error: ErrorObject): (string | number)[] {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replace(/~1/g, "/").replace(/~0/g, "~"));
  const extra = (error.params as { additionalProperty?: string }).additionalProperty;
  return extra === undefined ? path : [...path, extra];
}

function messageOf(error: ErrorObject): string {
  switch (error.keyword) {
    case "additionalProperties":
      return "there is no such key";
    case "enum":
      return `must be one of ${(error.params as { allowedValues: readonly string[] }).allowedValues.join(", ")}`;
    case "anyOf":
      return error.instancePath.split("/").length <= 3
        ? "needs one of urls, folder, url"
        : "must be text";
    default:
      return error.message ?? "is not valid";
  }
}
