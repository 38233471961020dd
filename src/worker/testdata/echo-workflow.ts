// A catch-all workflow for the worker's test: takes what the real bundle takes (imports with `.ts`, CEL, RE2).
import { Environment } from '@marcbachmann/cel-js';
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { RE2JS } from 're2js';
import { sum } from './sum.ts';

const calls = proxyActivities<Record<string, (text: string) => Promise<string>>>({ startToCloseTimeout: '10s' });

export default async function echo(text: string) {
  const answer = await calls['any.action']?.(text);
  const three = new Environment().evaluate('1 + 2');
  return { type: workflowInfo().workflowType, answer, matched: RE2JS.matches('h.*o', text), sum: sum(Number(three), 0) };
}
