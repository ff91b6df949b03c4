-- Nothing of the tables changes: a worker that does not know it decides otherwise.
-- workflow patch: orders-before-cancel
SELECT 1;
