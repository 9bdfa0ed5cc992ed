import process from "node:process";

/** The environment of the process: read here and nowhere else, so that tests can give their own. */
export function environment(): Readonly<Record<string, string | undefined>> {
  // The SDK of S3 tells every process on Node 20, on stderr, that its later releases need Node 22: for us, not for users.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  return process.env;
}
