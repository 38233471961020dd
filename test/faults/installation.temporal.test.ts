// One installation of real processes, and all that may happen to it: starting one takes longer than most of its faults.
import { afterAll, beforeAll, describe } from 'vitest';
import { Installation } from './installation.ts';
import { processKills } from './process-kills.ts';
import { storesAway } from './stores-away.ts';
import { openTemporalTruth, type TemporalTruth } from './temporal-truth.ts';

let all: Installation;
let truth: TemporalTruth;
beforeAll(async () => {
  all = await Installation.open();
  truth = await openTemporalTruth(all.temporalAddress);
});
afterAll(async () => {
  await truth?.close();
  await all?.close();
});

describe('what it stands on is away', () => storesAway(() => ({ all, truth })));
describe('its processes end', () => processKills(() => ({ all, truth })));
