ALTER TABLE "ops"."decision" DROP CONSTRAINT "decision_status";--> statement-breakpoint
ALTER TABLE "ops"."load" ADD COLUMN "profile" jsonb DEFAULT '{"columns":[]}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "ops"."outcome" ADD COLUMN "questions" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "ops"."decision" ADD CONSTRAINT "decision_status" CHECK (status in ('open', 'approved', 'rejected'));