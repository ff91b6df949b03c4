ALTER TYPE "public"."error_kind" ADD VALUE 'worker-lost' BEFORE 'database-away';--> statement-breakpoint
ALTER TYPE "public"."error_kind" ADD VALUE 'worker-stopping' BEFORE 'database-away';--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "shrink" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "refused_writes" integer DEFAULT 0 NOT NULL;