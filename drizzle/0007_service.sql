CREATE TABLE "ops"."job_run" (
	"job_run_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ops"."job_run_job_run_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"job" text NOT NULL,
	"due_at" timestamp with time zone,
	"attempt" smallint NOT NULL,
	"status" text NOT NULL,
	"retryable" boolean DEFAULT false NOT NULL,
	"by" text NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"exit" smallint,
	"code" text,
	"detail" text DEFAULT '' NOT NULL,
	CONSTRAINT "job_run_status" CHECK (status in ('running', 'succeeded', 'attention', 'failed', 'interrupted'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "job_run_due" ON "ops"."job_run" USING btree ("job","due_at","attempt");--> statement-breakpoint
CREATE INDEX "job_run_started" ON "ops"."job_run" USING btree ("job","started_at");