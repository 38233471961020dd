export * from './audit.ts';
export * from './deployments.ts';
export * from './events.ts';
export * from './executions.ts';
export * from './flows.ts';
export * from './identity.ts';
export * from './organisations.ts';
export * from './requests.ts';
