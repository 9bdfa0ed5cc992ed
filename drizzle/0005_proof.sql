CREATE TABLE "ops"."check_result" (
	"load_id" bigint NOT NULL,
	"name" text NOT NULL,
	"severity" text NOT NULL,
	"status" text NOT NULL,
	"detail" jsonb NOT NULL,
	CONSTRAINT "check_result_load_id_name_pk" PRIMARY KEY("load_id","name"),
	CONSTRAINT "check_severity" CHECK (severity in ('warn', 'quarantine', 'abort')),
	CONSTRAINT "check_status" CHECK (status in ('passed', 'broken', 'undecided'))
);
--> statement-breakpoint
CREATE TABLE "ops"."marker" (
	"source" text NOT NULL,
	"token" text NOT NULL,
	"meaning" text NOT NULL,
	"kind" text NOT NULL,
	"said_by" text NOT NULL,
	"said_in" text,
	"load_id" bigint,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "marker_source_token_pk" PRIMARY KEY("source","token")
);
--> statement-breakpoint
CREATE TABLE "ops"."tombstone" (
	"load_id" bigint PRIMARY KEY NOT NULL,
	"publication" text NOT NULL,
	"period" text NOT NULL,
	"source" text NOT NULL,
	"vintage" integer NOT NULL,
	"key" text NOT NULL,
	"artifacts" text[] NOT NULL,
	"rows" bigint NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"purged_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "ops"."artifact" ADD COLUMN "purged_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "ops"."export" ADD COLUMN "digest" text;--> statement-breakpoint
ALTER TABLE "ops"."load" ADD COLUMN "digest" jsonb;--> statement-breakpoint
ALTER TABLE "ops"."load" ADD COLUMN "reverted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "ops"."load" ADD COLUMN "reverted_by" text;--> statement-breakpoint
ALTER TABLE "ops"."load" ADD COLUMN "reverted_note" text;--> statement-breakpoint
ALTER TABLE "ops"."load_period" ADD COLUMN "digest" text;--> statement-breakpoint
ALTER TABLE "ops"."quarantine" ADD COLUMN "what" text DEFAULT 'region' NOT NULL;--> statement-breakpoint
ALTER TABLE "ops"."quarantine" ADD COLUMN "source" text;--> statement-breakpoint
ALTER TABLE "ops"."quarantine" ADD COLUMN "load_id" bigint;--> statement-breakpoint
ALTER TABLE "ops"."quarantine" ADD COLUMN "row" bigint;--> statement-breakpoint
ALTER TABLE "ops"."quarantine" ADD COLUMN "cell" text;--> statement-breakpoint
ALTER TABLE "ops"."quarantine" ADD COLUMN "raw" jsonb;--> statement-breakpoint
CREATE INDEX "tombstone_release" ON "ops"."tombstone" USING btree ("publication","period");--> statement-breakpoint
ALTER TABLE "ops"."quarantine" ADD CONSTRAINT "quarantine_what" CHECK (what in ('file', 'region', 'row'));