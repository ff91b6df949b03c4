// Where everything lies in the cache folder (can be had again) and in the state folder (cannot).
import { join } from 'node:path';

/** @param {string} cacheFolder */
export function cacheLayout(cacheFolder) {
  return {
    locks: join(cacheFolder, 'locks'),
    tensorflow: join(cacheFolder, 'tensorflow'),
    temporal: join(cacheFolder, 'temporal'),
    postgres: join(cacheFolder, 'postgres'),
    backbones: join(cacheFolder, 'backbones'),
    /** The backbone that set-up installs. */
    bertBaseUncased: join(cacheFolder, 'backbones', 'bert-base-uncased'),
    /** Backbones and datasets from a hub, by their ids. */
    hubBackbones: join(cacheFolder, 'backbones', 'hub'),
    hubDatasets: join(cacheFolder, 'datasets', 'hub'),
    /** Data sets of sweeps as they were launched, by their fingerprints. */
    launchedDatasets: join(cacheFolder, 'datasets', 'launched'),
    /** What frozen layers computed, by everything that decides it. */
    hiddenStates: join(cacheFolder, 'hidden-states'),
    movieReviews: join(cacheFolder, 'datasets', 'movie-reviews'),
  };
}

/** @param {string} stateFolder */
export function stateLayout(stateFolder) {
  return {
    locks: join(stateFolder, 'locks'),
    /** Who uses the embedded servers of this state folder. */
    services: join(stateFolder, 'services.json'),
    temporal: join(stateFolder, 'temporal'),
    postgres: join(stateFolder, 'postgres'),
  };
}
