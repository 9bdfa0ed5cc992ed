CREATE TABLE "ops"."decision" (
	"decision_id" text PRIMARY KEY NOT NULL,
	"publication" text NOT NULL,
	"period" text NOT NULL,
	"source" text NOT NULL,
	"status" text NOT NULL,
	"drift" jsonb NOT NULL,
	"decided_by" text,
	"decided_at" timestamp with time zone,
	"note" text,
	"run_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "decision_status" CHECK (status in ('open', 'approved', 'rejected', 'settled'))
);
--> statement-breakpoint
CREATE TABLE "ops"."generation" (
	"generation_id" text PRIMARY KEY NOT NULL,
	"stage" text NOT NULL,
	"mode" text NOT NULL,
	"parent_id" text,
	"publication" text NOT NULL,
	"period" text NOT NULL,
	"prompt" text,
	"raw" text,
	"parsed" text,
	"metadata" jsonb NOT NULL,
	"raw_metadata" jsonb,
	"parsed_metadata" jsonb,
	"run_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "generation_mode" CHECK (mode in ('llm', 'copy'))
);
--> statement-breakpoint
CREATE TABLE "ops"."model_response" (
	"request_hash" text PRIMARY KEY NOT NULL,
	"generation_id" text,
	"publication" text NOT NULL,
	"model" text NOT NULL,
	"request" jsonb NOT NULL,
	"response" text NOT NULL,
	"prompt_tokens" integer NOT NULL,
	"completion_tokens" integer NOT NULL,
	"cost" numeric NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "decision_release" ON "ops"."decision" USING btree ("publication","status");--> statement-breakpoint
CREATE INDEX "generation_release" ON "ops"."generation" USING btree ("publication","period","stage");--> statement-breakpoint
CREATE INDEX "model_response_publication" ON "ops"."model_response" USING btree ("publication");