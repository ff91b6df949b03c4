ALTER TYPE "public"."attempt_state" ADD VALUE 'paused' BEFORE 'superseded';--> statement-breakpoint
ALTER TYPE "public"."sweep_state" ADD VALUE 'paused';--> statement-breakpoint
ALTER TYPE "public"."trial_state" ADD VALUE 'paused';--> statement-breakpoint
DROP INDEX "trials_waiting_in_order";--> statement-breakpoint
ALTER TABLE "sweeps" ADD COLUMN "window" integer DEFAULT 4 NOT NULL;--> statement-breakpoint
ALTER TABLE "sweeps" ADD COLUMN "priority" integer DEFAULT 3 NOT NULL;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "stop_as" "trial_state";--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "priority" integer DEFAULT 3 NOT NULL;--> statement-breakpoint
CREATE INDEX "trials_waiting_in_order" ON "trials" USING btree ("sweep_id","priority","position") WHERE "trials"."state" = 'waiting';