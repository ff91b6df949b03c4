"""A sweep's results in pandas: straight from the views (docs/views.md), or from files that `lpt-sweep tables` wrote.

    pip install pandas 'psycopg[binary]' pyarrow
    DATABASE_URL=postgres://notebook:password@host/database python examples/results.py reviews
    npx lpt-sweep tables reviews --table trial_results --out trials.parquet && python examples/results.py trials.parquet
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


# Scores that may be set side by side. `k` is null under `full`: pandas leaves such rows out unless it is told not to.
COLUMN = ["task", "metric", "regime", "k"]
SETTINGS = ["method", "generator", "insertion_layer", "insertion_layers", "prompt_length", "configuration_key"]


def configurations(trials: pd.DataFrame) -> pd.DataFrame:
    """One row a configuration: its means over seeds, as the view `configuration_means` has them."""
    complete = trials[trials["state"] == "complete"]
    # What a step took together with other trials is a share of something else.
    alone = complete["measured_jointly"].ne(True)
    timed = complete.assign(ms_per_step=complete["ms_per_step"].where(alone))
    means = timed.groupby(COLUMN + SETTINGS, dropna=False).agg(
        n=("test_score", "size"),
        dev=("dev_score", "mean"),
        test=("test_score", "mean"),
        sd=("test_score", "std"),
        milliseconds=("ms_per_step", "mean"),
        parameters=("trainable_parameters", "max"),
    )
    diverged = (trials["state"] == "failed") & (trials["error_kind"] == "diverged")
    cut_short = trials.loc[diverged | (trials["state"] == "stopped-early"), "configuration_key"]
    return means.reset_index().assign(whole=lambda rows: ~rows["configuration_key"].isin(cut_short))


def best_on_dev(means: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Of each group the configuration that is best on dev, of whole ones where there are any."""
    best_first = means.sort_values(["whole", "dev", "n"], ascending=False)
    return best_first.drop_duplicates(by).set_index(by)


def best_layers(trials: pd.DataFrame) -> pd.DataFrame:
    """Insertion layer by prompt length: mean dev score of LPT over seeds. Dev, for test chooses nothing."""
    means = configurations(trials)
    place = [*COLUMN, "generator", "insertion_layer", "insertion_layers", "prompt_length"]
    return best_on_dev(means[means["method"] == "lpt"], by=place)["dev"].unstack("prompt_length").sort_index()


def by_method(trials: pd.DataFrame) -> pd.DataFrame:
    """Of each method the configuration that is best on dev, and its test scores over seeds."""
    best = best_on_dev(configurations(trials), by=[*COLUMN, "method"]).drop(columns=SETTINGS[1:])
    return best.sort_values([*COLUMN, "dev"], ascending=[True] * len(COLUMN) + [False])


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
