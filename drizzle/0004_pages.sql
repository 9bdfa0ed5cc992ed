CREATE TABLE "ops"."page" (
	"publication" text NOT NULL,
	"url" text NOT NULL,
	"final_url" text NOT NULL,
	"sha256" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"content_type" text,
	"etag" text,
	"last_modified" text,
	"checked_at" timestamp with time zone NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "page_publication_url_pk" PRIMARY KEY("publication","url")
);
