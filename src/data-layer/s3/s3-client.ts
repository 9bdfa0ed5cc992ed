import { S3Client } from "@aws-sdk/client-s3";
import type { Secret } from "../../model/secret.ts";

export interface S3ClientSettings {
  readonly region: string;
  /** Null: Amazon's. */
  readonly endpoint: string | null;
  /** `endpoint/bucket/key` in place of `bucket.endpoint/key`. */
  readonly forcePathStyle: boolean;
  /** Null: as the SDK finds them: environment, profile, role of the machine. */
  readonly credentials: {
    readonly accessKeyId: Secret;
    readonly secretAccessKey: Secret;
    readonly sessionToken: Secret | null;
  } | null;
}

/** Longest silence of a server, milliseconds. */
export const S3_TIMEOUTS = { connectionMs: 10_000, silenceMs: 30_000 } as const;

/** Connections at once: parts of a few objects. */
const SOCKETS = 32;

const quiet = (): void => undefined;

/**
 * A client that sends each request once: what is repeated, and what is not, is decided above it. Checksums of
 * the SDK's own are left out where S3 does not ask for them: other servers refuse them.
 */
export function s3Client(
  { region, endpoint, forcePathStyle, credentials }: S3ClientSettings,
  timeouts: { readonly connectionMs: number; readonly silenceMs: number } = S3_TIMEOUTS,
): S3Client {
  return new S3Client({
    region,
    ...(endpoint === null ? {} : { endpoint }),
    forcePathStyle,
    ...(credentials === null ? {} : { credentials: revealed(credentials) }),
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: timeouts.connectionMs,
      requestTimeout: timeouts.silenceMs,
      throwOnRequestTimeout: true,
      socketTimeout: timeouts.silenceMs,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS },
    },
    logger: { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
}

function revealed({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: NonNullable<S3ClientSettings["credentials"]>) {
  return {
    accessKeyId: accessKeyId.reveal(),
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken === null ? {} : { sessionToken: sessionToken.reveal() }),
  };
}
