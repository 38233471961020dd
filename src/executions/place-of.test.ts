import { expect, test } from 'vitest';
import { Problem } from '../problems/problem.ts';
import { createPlaceOf } from './place-of.ts';
import type { RunDescription, Runs } from './runs.ts';

/** Answers in turn; what is no description is thrown. */
function answering(...answers: readonly (Partial<RunDescription> | Problem | null)[]): Pick<Runs, 'describe'> {
  const rest = [...answers];
  return {
    async describe() {
      const next = rest.shift();
      if (next === undefined) throw new Error('asked once more');
      if (next instanceof Problem) throw next;
      return next as RunDescription | null; // of which only the organisation is looked at
    },
  };
}

test('is asked for once an execution', async () => {
  const placeOf = createPlaceOf(answering({ organisation: 'acme', environment: 'prod' }));
  const place = { organisation: 'acme', environment: 'prod' };
  expect([await placeOf('a'), await placeOf('a')]).toEqual([place, place]);
});

test('an execution without one belongs to default', async () => {
  expect(await createPlaceOf(answering({ organisation: null }))('a')).toMatchObject({ organisation: 'default' });
});

test('what Temporal does not tell is an error and not default, and is asked again', async () => {
  const away = new Problem('temporal_unavailable', 'Temporal did not answer.');
  const placeOf = createPlaceOf(answering(away, null, { organisation: 'acme' }));
  await expect(placeOf('a')).rejects.toMatchObject({ code: 'temporal_unavailable' });
  await expect(placeOf('a')).rejects.toMatchObject({ code: 'execution_not_found' });
  expect(await placeOf('a')).toMatchObject({ organisation: 'acme' });
});
