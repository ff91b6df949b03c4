"""A sweep's results in pandas: straight from the views (docs/views.md), or from files that `lpt-sweep tables` wrote.

    pip install pandas 'psycopg[binary]' pyarrow
    DATABASE_URL=postgres://notebook:password@host/database python examples/results.py reviews
    lpt-sweep tables reviews --table trial_results --out trials.parquet && python examples/results.py trials.parquet
"""

import os
import sys

import pandas as pd


def read_view(view: str, sweep: str) -> pd.DataFrame:
    """Rows of one sweep; `view` is one of docs/views.md, never text from outside."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.read_only = True
        cursor = connection.execute(f"select * from {view} where sweep = %s", (sweep,))
        return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])


def read_trials(named: str) -> pd.DataFrame:
    if named.endswith(".parquet"):
        return pd.read_parquet(named)
    return pd.read_csv(named) if named.endswith(".csv") else read_view("trial_results", named)


def best_layers(trials: pd.DataFrame) -> pd.DataFrame:
    """Insertion layer by prompt length: mean dev score of LPT over seeds. Dev, for test chooses nothing."""
    lpt = trials[(trials["state"] == "complete") & (trials["method"] == "lpt")]
    return lpt.pivot_table(index="insertion_layer", columns="prompt_length", values="dev_score", aggfunc="mean")


def by_method(trials: pd.DataFrame) -> pd.DataFrame:
    """Of each method the configuration that is best on dev, and its test scores over seeds."""
    complete = trials[trials["state"] == "complete"]
    keys = ["task", "method", "configuration_key"]
    means = complete.groupby(keys).agg(
        n=("test_score", "size"),
        dev=("dev_score", "mean"),
        test=("test_score", "mean"),
        sd=("test_score", "std"),
        milliseconds=("ms_per_step", "mean"),
        parameters=("trainable_parameters", "max"),
    )
    best = means.groupby(["task", "method"])["dev"].idxmax()
    return means.loc[best].droplevel("configuration_key").sort_values(["task", "dev"], ascending=[True, False])


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("Expected a sweep's name, or a .parquet or .csv file that `lpt-sweep tables` wrote.")
    trials = read_trials(sys.argv[1])
    if not (trials["state"] == "complete").any():
        sys.exit(f"Expected complete trials of {sys.argv[1]}, found none.")
    print("Methods, best on dev each:\n", by_method(trials).round(3).to_string(), "\n")
    print("LPT on dev, insertion layer by prompt length:\n", best_layers(trials).round(3).to_string())


if __name__ == "__main__":
    main()
