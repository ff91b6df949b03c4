ALTER TYPE "public"."attempt_state" ADD VALUE 'stopped-early' BEFORE 'superseded';--> statement-breakpoint
ALTER TYPE "public"."trial_state" ADD VALUE 'stopped-early';--> statement-breakpoint
ALTER TABLE "sweeps" ADD COLUMN "facts" jsonb;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "stop_reason" jsonb;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "is_spared" boolean DEFAULT false NOT NULL;