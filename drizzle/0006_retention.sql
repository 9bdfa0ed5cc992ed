ALTER TABLE "ops"."artifact" ADD COLUMN "expired_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "ops"."load" ADD COLUMN "expired_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "ops"."load" ADD COLUMN "expired_by" text;--> statement-breakpoint
ALTER TABLE "ops"."load" ADD CONSTRAINT "load_expired" CHECK (not (is_current and expired_at is not null));