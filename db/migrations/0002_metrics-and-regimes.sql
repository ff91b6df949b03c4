ALTER TYPE "public"."metric" ADD VALUE 'matthews';--> statement-breakpoint
ALTER TYPE "public"."regime_kind" ADD VALUE 'per-class';--> statement-breakpoint
ALTER TYPE "public"."split" ADD VALUE 'test-mismatched';--> statement-breakpoint
ALTER TABLE "evaluations" ADD COLUMN "parts" jsonb;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "shortened" jsonb;