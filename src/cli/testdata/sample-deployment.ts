/** Deployments as the API shows them. */
export const deployment = {
  id: 'd',
  flow: 'pay',
  environment: 'prod',
  revision: 3,
  versions: [{ version: '1.2.0', weight: 1 }],
  split_key: null,
  rolled_back_to: null,
  comment: null,
  created_at: '2026-01-01T00:00:00Z',
  created_by: 'user:ada',
  changed: true,
};
export const split = {
  ...deployment,
  versions: [
    { version: '1.2.0', weight: 90 },
    { version: '1.3.0', weight: 10 },
  ],
  split_key: '$input.id',
  changed: false,
};
