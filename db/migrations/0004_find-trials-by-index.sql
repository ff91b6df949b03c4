ALTER TABLE "trials" ADD COLUMN "metric" "metric" NOT NULL;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "bottleneck" integer;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "learning_rate" double precision NOT NULL;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "batch_size" integer NOT NULL;--> statement-breakpoint
CREATE INDEX "sweeps_by_backbone" ON "sweeps" USING btree ("backbone_fingerprint","created_at");--> statement-breakpoint
CREATE INDEX "trials_in_order" ON "trials" USING btree ("sweep_id","position");--> statement-breakpoint
CREATE INDEX "trials_by_key" ON "trials" USING btree ("trial_key" text_pattern_ops);