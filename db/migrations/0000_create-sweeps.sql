CREATE TYPE "public"."attempt_state" AS ENUM('running', 'complete', 'failed', 'cancelled', 'superseded');--> statement-breakpoint
CREATE TYPE "public"."checkpoint_kind" AS ENUM('last', 'best');--> statement-breakpoint
CREATE TYPE "public"."curve" AS ENUM('loss', 'gradientNorm', 'learningRate');--> statement-breakpoint
CREATE TYPE "public"."error_kind" AS ENUM('configuration', 'data', 'diverged', 'out-of-memory', 'trainer-lost', 'database-away', 'unknown');--> statement-breakpoint
CREATE TYPE "public"."metric" AS ENUM('accuracy', 'f1', 'accuracy-f1');--> statement-breakpoint
CREATE TYPE "public"."regime_kind" AS ENUM('few-shot', 'full');--> statement-breakpoint
CREATE TYPE "public"."split" AS ENUM('train', 'dev', 'test');--> statement-breakpoint
CREATE TYPE "public"."sweep_state" AS ENUM('waiting', 'running', 'complete', 'failed', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."trial_state" AS ENUM('waiting', 'running', 'complete', 'failed', 'cancelled');--> statement-breakpoint
CREATE TABLE "attempts" (
	"trial_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"state" "attempt_state" DEFAULT 'running' NOT NULL,
	"worker" text NOT NULL,
	"device" text NOT NULL,
	"workflow_run_id" text NOT NULL,
	"resumed_from_step" integer,
	"error_kind" "error_kind",
	"error_message" text,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "attempts_trial_id_attempt_pk" PRIMARY KEY("trial_id","attempt")
);
--> statement-breakpoint
CREATE TABLE "baselines" (
	"id" uuid PRIMARY KEY NOT NULL,
	"paper" text NOT NULL,
	"paper_table" text NOT NULL,
	"backbone" text NOT NULL,
	"task" text NOT NULL,
	"regime" "regime_kind" NOT NULL,
	"method" text NOT NULL,
	"metric" text NOT NULL,
	"score" double precision NOT NULL,
	"sd" double precision,
	"parameters" integer,
	"source" text NOT NULL,
	CONSTRAINT "baselines_figure_once" UNIQUE("paper","paper_table","backbone","task","regime","method","metric")
);
--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"trial_id" uuid NOT NULL,
	"kind" "checkpoint_kind" NOT NULL,
	"attempt" integer NOT NULL,
	"step" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	"saved_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "checkpoints_trial_id_kind_pk" PRIMARY KEY("trial_id","kind")
);
--> statement-breakpoint
CREATE TABLE "evaluations" (
	"trial_id" uuid NOT NULL,
	"split" "split" NOT NULL,
	"step" integer NOT NULL,
	"attempt" integer NOT NULL,
	"metric" "metric" NOT NULL,
	"score" double precision NOT NULL,
	"loss" double precision NOT NULL,
	"examples" integer NOT NULL,
	"predictions" integer[],
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "evaluations_trial_id_split_step_pk" PRIMARY KEY("trial_id","split","step")
);
--> statement-breakpoint
CREATE TABLE "metrics" (
	"trial_id" uuid NOT NULL,
	"name" "curve" NOT NULL,
	"step" integer NOT NULL,
	"attempt" integer NOT NULL,
	"value" double precision NOT NULL,
	CONSTRAINT "metrics_trial_id_name_step_pk" PRIMARY KEY("trial_id","name","step")
);
--> statement-breakpoint
CREATE TABLE "sweeps" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"source" text NOT NULL,
	"spec" jsonb NOT NULL,
	"content_hash" text NOT NULL,
	"backbone" text NOT NULL,
	"backbone_fingerprint" text NOT NULL,
	"state" "sweep_state" DEFAULT 'waiting' NOT NULL,
	"error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "sweeps_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "trials" (
	"id" uuid PRIMARY KEY NOT NULL,
	"sweep_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"trial_key" text NOT NULL,
	"configuration_key" text NOT NULL,
	"trial" jsonb NOT NULL,
	"task" text NOT NULL,
	"method" text NOT NULL,
	"insertion_layer" integer,
	"prompt_length" integer,
	"generator" text,
	"regime" "regime_kind" NOT NULL,
	"k" integer,
	"data_seed" integer NOT NULL,
	"train_seed" integer NOT NULL,
	"step_flops" double precision NOT NULL,
	"flops" double precision NOT NULL,
	"state" "trial_state" DEFAULT 'waiting' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"dev_score" double precision,
	"test_score" double precision,
	"selected_step" integer,
	"steps" integer,
	"trainable_parameters" integer,
	"ms_per_step" double precision,
	"peak_memory_mib" double precision,
	"error_kind" "error_kind",
	"error_message" text,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "trials_key_once_per_sweep" UNIQUE("sweep_id","trial_key"),
	CONSTRAINT "trials_complete_with_scores" CHECK ("trials"."state" <> 'complete' or ("trials"."dev_score" is not null and "trials"."dev_score" <= 1 and "trials"."test_score" is not null and "trials"."test_score" <= 1))
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_trial_id_trials_id_fk" FOREIGN KEY ("trial_id") REFERENCES "public"."trials"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_trial_id_trials_id_fk" FOREIGN KEY ("trial_id") REFERENCES "public"."trials"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_trial_id_trials_id_fk" FOREIGN KEY ("trial_id") REFERENCES "public"."trials"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "metrics" ADD CONSTRAINT "metrics_trial_id_trials_id_fk" FOREIGN KEY ("trial_id") REFERENCES "public"."trials"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trials" ADD CONSTRAINT "trials_sweep_id_sweeps_id_fk" FOREIGN KEY ("sweep_id") REFERENCES "public"."sweeps"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attempts_running" ON "attempts" USING btree ("worker") WHERE "attempts"."state" = 'running';--> statement-breakpoint
CREATE INDEX "baselines_by_task" ON "baselines" USING btree ("task");--> statement-breakpoint
CREATE INDEX "trials_waiting_in_order" ON "trials" USING btree ("sweep_id","position") WHERE "trials"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "trials_counted_by_state" ON "trials" USING btree ("sweep_id","state");--> statement-breakpoint
CREATE INDEX "trials_complete_by_configuration_and_seed" ON "trials" USING btree ("sweep_id","configuration_key","data_seed") WHERE "trials"."state" = 'complete';--> statement-breakpoint
CREATE INDEX "trials_recently_complete" ON "trials" USING btree ("sweep_id","finished_at") WHERE "trials"."state" = 'complete';