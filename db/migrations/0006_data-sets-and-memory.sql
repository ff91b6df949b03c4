CREATE TABLE "data_parts" (
	"fingerprint" text NOT NULL,
	"split" text NOT NULL,
	"extension" text NOT NULL,
	"part" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "data_parts_fingerprint_split_part_pk" PRIMARY KEY("fingerprint","split","part")
);
--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "memory_mib" double precision DEFAULT 0 NOT NULL;