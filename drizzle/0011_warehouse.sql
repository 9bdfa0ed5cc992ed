CREATE TABLE "ops"."warehouse" (
	"is_only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"warehouse_id" uuid NOT NULL,
	CONSTRAINT "warehouse_only" CHECK (is_only)
);

--> statement-breakpoint
-- A ledger from before gets the same identity wherever it is brought here: in its place, or as a backup of it that was restored.
INSERT INTO "ops"."warehouse" ("warehouse_id")
SELECT coalesce(md5(min("run_id" COLLATE "C"))::uuid, gen_random_uuid()) FROM "ops"."run";
