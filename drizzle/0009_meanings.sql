CREATE TABLE "ops"."load_marker" (
	"load_id" bigint NOT NULL,
	"token" text NOT NULL,
	"meaning" text NOT NULL,
	"kind" text NOT NULL,
	"said_in" text,
	CONSTRAINT "load_marker_load_id_token_pk" PRIMARY KEY("load_id","token")
);
--> statement-breakpoint
INSERT INTO "ops"."load_marker" ("load_id", "token", "meaning", "kind", "said_in")
SELECT m."load_id", m."token", m."meaning", m."kind", m."said_in" FROM "ops"."marker" m
  JOIN "ops"."load" l ON l."load_id" = m."load_id"
 WHERE m."said_by" = 'publisher' AND m."meaning" <> 'unknown';
