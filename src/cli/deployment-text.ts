import type { Fields } from './answer-fields.ts';
import { cleanText } from './clean-text.ts';

/** What a deployment runs: `1.2.0`, `1.2.0 90 %, 1.3.0 10 % by $input.id`, or `nothing`. */
export function versionsText(deployment: Fields): string {
  const versions = deployment.list('versions');
  const total = versions.reduce((sum, one) => sum + (one.number('weight') ?? 0), 0);
  if (versions.length === 0) return 'nothing';
  if (versions.length === 1) return versions[0]?.text('version') ?? '';
  const parts = versions.map((one) => `${one.text('version')} ${percent(one.number('weight') ?? 0, total)}`);
  const key = deployment.show('split_key');
  return `${parts.join(', ')}${key === '' ? '' : ` by ${key}`}`;
}

/** `hello in prod: 1.2.0 (revision 3)`. */
export function deploymentText(deployment: Fields): string {
  const revision = deployment.show('revision');
  const back = deployment.show('rolled_back_to');
  return cleanText(
    `${deployment.show('flow')} in ${deployment.show('environment')}: ${versionsText(deployment)} (revision ${revision}${back === '' ? '' : `, as revision ${back}`})`,
  );
}

function percent(part: number, total: number): string {
  const share = total === 0 ? 0 : (part / total) * 100;
  return `${share < 1 ? share.toFixed(2) : Number(share.toFixed(1))} %`;
}
