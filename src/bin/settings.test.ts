import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('reads what is set and takes an empty variable for unset', () => {
  const env = {
    WEIR_PUBLIC_URL: 'https://weir.example/',
    WEIR_EGRESS_ALLOW: '10.0.0.0/8, 192.168.0.0/16',
    WEIR_ADAPTER_ENV: 'BASE_URL,TENANT',
    WEIR_TRUSTED_PROXIES: '2',
    WEIR_CONFIG_REGION: 'eu',
    WEIR_CALLBACK_KEY: '',
    PATH: '/bin',
  };
  expect(readSettings(env)).toEqual({
    databasePool: 10,
    temporalNamespace: 'default',
    archiveDays: 90,
    publicUrl: 'https://weir.example',
    egressAllow: ['10.0.0.0/8', '192.168.0.0/16'],
    adapterEnv: ['BASE_URL', 'TENANT'],
    trustedProxies: 2,
    config: { REGION: 'eu' },
  });
});

test('names every wrong variable and shows no value', () => {
  const read = () => readSettings({ WEIR_PUBLIC_URL: 'weir.example', WEIR_CALLBACK_KEY: 'hunter2' });
  expect(read).toThrow(/WEIR_PUBLIC_URL.*\n.*WEIR_CALLBACK_KEY: needs 32 characters/);
  expect(read).not.toThrow(/hunter2/);
});
