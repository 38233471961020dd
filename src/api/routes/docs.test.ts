import { describe, expect, test } from 'vitest';
import { PROBLEM_CATALOGUE } from '../../problems/catalogue.ts';
import { fakeApi } from '../testdata/fake-api.ts';

const { call } = fakeApi();

describe('/docs', () => {
  test('loads everything from this server, and nothing inline', async () => {
    const page = await call('GET', '/docs');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(loaded).toContain('/docs/assets/swagger-ui-bundle.js');
    for (const address of loaded) expect((await call('GET', address)).status, address).toBe(200);
    expect(page.text).not.toMatch(/<script(?![^>]*src=)|<style| style=| on\w+=/);
    const script = await call('GET', '/docs/assets/swagger-ui-bundle.js');
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(script.text.length).toBeGreaterThan(500_000);
  });

  test.each(['../../package.json', '..%2f..%2fpackage.json', 'swagger-ui.js', 'constructor', '%00', 'package.json'])(
    'serves no other file: %s',
    async (name) => {
      expect([400, 404]).toContain((await call('GET', `/docs/assets/${name}`)).status);
    },
  );

  test('/docs/errors has the place where the type of each problem leads', async () => {
    const { text } = await call('GET', '/docs/errors');
    const ids = [...text.matchAll(/id="(\w+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(Object.keys(PROBLEM_CATALOGUE));
    expect((await call('GET', '/nowhere')).body.type).toBe('/docs/errors#not_found');
  });
});
