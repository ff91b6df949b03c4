ALTER TABLE "evaluations" ADD COLUMN "labels" integer[];--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "step_tokens" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "backbone_parameters" integer DEFAULT 0 NOT NULL;