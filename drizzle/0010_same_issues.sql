CREATE TABLE "ops"."same_issue" (
	"load_id" bigint NOT NULL,
	"key" text NOT NULL,
	"artifact" text NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "same_issue_load_id_key_artifact_pk" PRIMARY KEY("load_id","key","artifact")
);
--> statement-breakpoint
ALTER TABLE "ops"."tombstone" ADD COLUMN "values" jsonb;