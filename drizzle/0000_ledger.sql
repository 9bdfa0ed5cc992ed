CREATE SCHEMA IF NOT EXISTS "ops";
--> statement-breakpoint
CREATE TABLE "ops"."artifact" (
	"sha256" text PRIMARY KEY NOT NULL,
	"file_name" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ops"."contract" (
	"source" text NOT NULL,
	"version" integer NOT NULL,
	"document" jsonb NOT NULL,
	"load_id" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "contract_source_version_pk" PRIMARY KEY("source","version")
);
--> statement-breakpoint
CREATE TABLE "ops"."drift" (
	"drift_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ops"."drift_drift_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"publication" text NOT NULL,
	"period" text NOT NULL,
	"source" text NOT NULL,
	"kind" text NOT NULL,
	"verdict" text NOT NULL,
	"detail" jsonb NOT NULL,
	"run_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ops"."export" (
	"source" text PRIMARY KEY NOT NULL,
	"content_key" text NOT NULL,
	"sha256" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"rows" bigint NOT NULL,
	"path" text NOT NULL,
	"written_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ops"."lineage" (
	"run_id" text NOT NULL,
	"kind" text NOT NULL,
	"document" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lineage_run_id_kind_pk" PRIMARY KEY("run_id","kind")
);
--> statement-breakpoint
CREATE TABLE "ops"."link" (
	"publication" text NOT NULL,
	"period" text NOT NULL,
	"url" text NOT NULL,
	"status" text NOT NULL,
	"sha256" text,
	"file_name" text,
	"size_bytes" bigint,
	"etag" text,
	"last_modified" text,
	"detail" text,
	"checked_at" timestamp with time zone NOT NULL,
	"first_fetched_at" timestamp with time zone,
	"changed_at" timestamp with time zone,
	CONSTRAINT "link_publication_period_url_pk" PRIMARY KEY("publication","period","url")
);
--> statement-breakpoint
CREATE TABLE "ops"."load" (
	"load_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ops"."load_load_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"publication" text NOT NULL,
	"period" text NOT NULL,
	"source" text NOT NULL,
	"vintage" integer NOT NULL,
	"key" text NOT NULL,
	"reading_hash" text NOT NULL,
	"contract_version" integer NOT NULL,
	"rows_data" bigint NOT NULL,
	"rows_total" bigint NOT NULL,
	"conservation" jsonb NOT NULL,
	"is_current" boolean NOT NULL,
	"run_id" text NOT NULL,
	"loaded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"superseded_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "ops"."load_period" (
	"load_id" bigint NOT NULL,
	"source" text NOT NULL,
	"period" text NOT NULL,
	"rows" bigint NOT NULL,
	"is_latest" boolean DEFAULT false NOT NULL,
	CONSTRAINT "load_period_load_id_period_pk" PRIMARY KEY("load_id","period")
);
--> statement-breakpoint
CREATE TABLE "ops"."manifest" (
	"publication" text NOT NULL,
	"version" integer NOT NULL,
	"text" text NOT NULL,
	"document" jsonb NOT NULL,
	"digest" text NOT NULL,
	"by" text NOT NULL,
	"run_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "manifest_publication_version_pk" PRIMARY KEY("publication","version")
);
--> statement-breakpoint
CREATE TABLE "ops"."outcome" (
	"publication" text NOT NULL,
	"period" text NOT NULL,
	"source" text NOT NULL,
	"status" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"load_id" bigint,
	"run_id" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "outcome_publication_period_source_pk" PRIMARY KEY("publication","period","source")
);
--> statement-breakpoint
CREATE TABLE "ops"."part" (
	"load_id" bigint NOT NULL,
	"part" smallint NOT NULL,
	"artifact" text NOT NULL,
	"file_name" text NOT NULL,
	"member" text,
	"sheet" text,
	"range" text NOT NULL,
	"fingerprint" text NOT NULL,
	"rows_data" bigint NOT NULL,
	"rows_total" bigint NOT NULL,
	CONSTRAINT "part_load_id_part_pk" PRIMARY KEY("load_id","part")
);
--> statement-breakpoint
CREATE TABLE "ops"."period" (
	"period" text PRIMARY KEY NOT NULL,
	"period_start" date NOT NULL,
	"period_end" date NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ops"."publication" (
	"code" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"manifest_version" integer DEFAULT 0 NOT NULL,
	"edit_epoch" integer DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ops"."quarantine" (
	"quarantine_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ops"."quarantine_quarantine_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"publication" text NOT NULL,
	"period" text NOT NULL,
	"artifact" text NOT NULL,
	"file_name" text NOT NULL,
	"member" text,
	"sheet" text,
	"range" text,
	"reason" text NOT NULL,
	"run_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "ops"."release" (
	"publication" text NOT NULL,
	"period" text NOT NULL,
	"status" text NOT NULL,
	"release_key" text,
	"reader_version" integer,
	"detail" text DEFAULT '' NOT NULL,
	"exit" smallint DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "release_publication_period_pk" PRIMARY KEY("publication","period"),
	CONSTRAINT "release_status" CHECK (status in ('loaded', 'partial', 'held', 'quarantined', 'failed', 'not_published'))
);
--> statement-breakpoint
CREATE TABLE "ops"."run" (
	"run_id" text PRIMARY KEY NOT NULL,
	"backfill_id" text NOT NULL,
	"publication" text NOT NULL,
	"period" text NOT NULL,
	"status" text NOT NULL,
	"detail" text DEFAULT '' NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "ops"."source" (
	"code" text PRIMARY KEY NOT NULL,
	"publication" text NOT NULL,
	"position" integer NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "load_vintage" ON "ops"."load" USING btree ("source","period","vintage");--> statement-breakpoint
CREATE UNIQUE INDEX "load_current" ON "ops"."load" USING btree ("source","period") WHERE is_current;--> statement-breakpoint
CREATE INDEX "load_release" ON "ops"."load" USING btree ("publication","period");--> statement-breakpoint
CREATE INDEX "load_period_source" ON "ops"."load_period" USING btree ("source","period");--> statement-breakpoint
CREATE INDEX "quarantine_release" ON "ops"."quarantine" USING btree ("publication","period");