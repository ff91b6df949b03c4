-- Of one method and task a paper may have figures with several sizes of the training data.
ALTER TABLE "baselines" DROP CONSTRAINT "baselines_figure_once";--> statement-breakpoint
ALTER TABLE "baselines" ADD COLUMN "k" integer;--> statement-breakpoint
CREATE UNIQUE INDEX "baselines_figure_once" ON "baselines" USING btree ("paper","paper_table","backbone","task","regime","method","metric") WHERE "baselines"."k" is null;--> statement-breakpoint
ALTER TABLE "baselines" ADD CONSTRAINT "baselines_figure_once_with_k" UNIQUE("paper","paper_table","backbone","task","regime","k","method","metric");
--> statement-breakpoint
-- As before, and a published figure has its k where its file says it.
CREATE OR REPLACE VIEW comparison AS
WITH representatives AS NOT MATERIALIZED (
  SELECT DISTINCT ON (sweep_id, task, metric, regime, k, method) *
  FROM configuration_means
  WHERE method <> 'lpt'
  ORDER BY sweep_id, task, metric, regime, k, method, is_whole DESC, dev_mean DESC, n DESC, configuration_key
)
SELECT
  'measured' AS kind,
  lpt.sweep_id,
  lpt.sweep,
  lpt.task,
  lpt.metric,
  lpt.regime,
  lpt.k,
  lpt.configuration_key,
  lpt.insertion_layer,
  lpt.insertion_layers,
  lpt.prompt_length,
  lpt.generator,
  lpt.n,
  lpt.dev_mean,
  lpt.test_mean,
  lpt.test_sd,
  other.method AS baseline_method,
  other.configuration_key AS baseline_configuration_key,
  other.backbone AS baseline_backbone,
  other.n AS baseline_n,
  other.test_mean AS baseline_test_mean,
  other.test_sd AS baseline_test_sd,
  paired.pairs,
  paired.difference,
  paired.difference_sd,
  NULL::text AS source,
  lpt.is_whole,
  other.is_whole AS baseline_is_whole
FROM configuration_means AS lpt
JOIN representatives AS other
  ON other.sweep_id = lpt.sweep_id
  AND other.task = lpt.task
  AND other.metric = lpt.metric
  AND other.regime = lpt.regime
  AND other.k IS NOT DISTINCT FROM lpt.k
CROSS JOIN LATERAL (
  SELECT
    count(*)::integer AS pairs,
    avg(late.test_score - base.test_score) AS difference,
    stddev_samp(late.test_score - base.test_score) AS difference_sd
  FROM trials AS late
  JOIN trials AS base
    ON base.sweep_id = late.sweep_id
    AND base.configuration_key = other.configuration_key
    AND base.state = 'complete'
    AND base.data_seed = late.data_seed
    AND (base.train_seed = late.train_seed OR base.method = 'zero-shot')
  WHERE late.sweep_id = lpt.sweep_id
    AND late.configuration_key = lpt.configuration_key
    AND late.state = 'complete'
) AS paired
WHERE lpt.method = 'lpt'
UNION ALL
SELECT
  'published',
  asked.sweep_id,
  asked.sweep,
  baselines.task,
  baselines.metric,
  baselines.regime,
  baselines.k,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  baselines.method,
  NULL,
  baselines.backbone,
  NULL,
  baselines.score,
  baselines.sd,
  0,
  NULL,
  NULL,
  baselines.source,
  NULL,
  NULL
FROM (SELECT DISTINCT sweep_id, sweep, task FROM trial_results) AS asked
JOIN baselines ON baselines.task = asked.task;
