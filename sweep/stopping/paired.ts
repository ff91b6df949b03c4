// Pure: the paired rule, in the manner of Optuna's WilcoxonPruner with seeds in the place of problem instances: a trial is
// stopped when its configuration, on the seeds that both have, is worse than the best complete one by more than chance.
import { grouped } from '../statistics/grouped.ts';
import { mean } from '../statistics.ts';
import { type Moment, type PairedSettings, type Standing, type StopReason, hasSeedsOf, written } from './rule.ts';
import { signedRankP } from './wilcoxon.ts';

export function judgeByPairs(settings: PairedSettings, { step, own, peers }: Moment): StopReason | null {
  const champion = bestComplete(
    peers.filter(({ configuration }) => configuration !== own.configuration),
    settings.leastSeeds,
  );
  const mine = [own, ...peers.filter(({ configuration }) => configuration === own.configuration)];
  const pairs = mine.flatMap((one) => {
    const other = champion.find(hasSeedsOf(one));
    return other === undefined ? [] : [{ one, other }];
  });
  if (pairs.length < settings.leastSeeds) return null;
  const p = signedRankP(pairs.map(({ one, other }) => one.best - other.best));
  const score = mean(pairs.map(({ one }) => one.best));
  const threshold = mean(pairs.map(({ other }) => other.best));
  if (score >= threshold || p >= settings.p) return null;
  const words = `By step ${step} its configuration had ${written(score)} on dev over ${pairs.length} seeds, the best complete one ${written(threshold)} on the same (Wilcoxon, one-sided: p = ${p.toFixed(3)}).`;
  const comparedWith = pairs.map(({ other }) => other.position);
  return { rule: 'paired', step, score, threshold, p, comparedWith, words };
}

/** The trials of the configuration with the best mean over at least so many complete ones; of equals, the earlier. */
function bestComplete(peers: readonly Standing[], leastSeeds: number): Standing[] {
  const complete = grouped(peers, ({ configuration }) => configuration).flatMap((trials) => {
    const finals = trials.flatMap(({ final }) => final ?? []);
    return finals.length < leastSeeds ? [] : [{ trials, score: mean(finals), first: firstOf(trials) }];
  });
  const [best] = complete.toSorted((one, other) => other.score - one.score || one.first - other.first);
  return best?.trials ?? [];
}

function firstOf(trials: readonly Standing[]): number {
  return Math.min(...trials.map(({ position }) => position));
}
