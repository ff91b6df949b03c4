-- Nothing of the tables changes: a worker that does not know it decides otherwise.
-- workflow patch: stopped-early-ends-streak
SELECT 1;
