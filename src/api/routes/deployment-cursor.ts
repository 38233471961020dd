import type { Deployment, DeploymentPage } from '../../deployments/deployments.ts';
import { Problem } from '../../problems/problem.ts';

/** Where a page of deployments ended: time and id of its last one. */
export function deploymentCursor({ createdAt, id }: Pick<Deployment, 'createdAt' | 'id'>): string {
  return `${createdAt.getTime()}_${id}`;
}

/** Throws invalid_request for what no page gave. */
export function parseDeploymentCursor(cursor: string): NonNullable<DeploymentPage['before']> {
  const [, time, id] = /^(\d{1,14})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor) ?? [];
  if (time === undefined || id === undefined)
    throw new Problem('invalid_request', '`cursor` is not one that a page of this list gave.');
  return { createdAt: new Date(Number(time)), id };
}
