import { Ajv2020 } from 'ajv/dist/2020.js';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { loadCorpus } from '../../../test/corpora/corpus.ts';
import { corpusEnvironment } from '../../../test/corpora/environment.ts';
import { compile } from '../compile.ts';
import { flowSchema } from './flow-schema.ts';

/**
 * Codes that a JSON Schema can't find: they need meaning (names, references, expressions, other parts of the document), or the
 * YAML text itself. A case whose errors are all of these may pass the schema.
 */
const NOT_STRUCTURE = new Set([
  'WEIR0003',
  'WEIR0004',
  'WEIR0005',
  'WEIR0006',
  'WEIR0007',
  'WEIR0008',
  'WEIR0009',
  'WEIR0010',
  'WEIR0011',
  'WEIR0012',
  'WEIR0013',
  'WEIR0014', // the text
  'WEIR1007', // schemas inside are data here
  'WEIR1009', // counts over all depths
  'WEIR1011',
  'WEIR1012', // cron, time zones
  'WEIR2004',
  'WEIR2009',
  'WEIR2010',
  'WEIR2011',
  'WEIR2012',
  'WEIR2013',
  'WEIR2014',
  'WEIR2015',
  'WEIR2016',
  'WEIR2018',
  'WEIR2020', // need other steps
  'WEIR3003',
  'WEIR3004',
  'WEIR3005',
  'WEIR3007',
  'WEIR3008',
  'WEIR3009',
  'WEIR3010', // expressions
  'WEIR4001',
  'WEIR4002',
  'WEIR4004',
  'WEIR4005',
  'WEIR4006',
  'WEIR4007',
  'WEIR4009',
  'WEIR4012', // references
  'WEIR5001',
  'WEIR5002',
  'WEIR5003',
  'WEIR5004',
  'WEIR5005',
  'WEIR5006',
  'WEIR5007',
  'WEIR5009', // what names mean
]);

/** Cases whose code is of structure elsewhere, but not here. */
const NOT_STRUCTURE_HERE: Readonly<Record<string, string>> = {
  'weir1013-item-is-step': 'compares a name with the ids of other steps',
};

const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
const { $schema: _, ...schema } = flowSchema(); // says draft-07 for editors; every keyword means the same in 2020-12
const validate = ajv.compile(schema);

describe('flow schema', () => {
  it.each(loadCorpus('compile'))('accepts $name, as the compiler does', (each) => {
    const valid = validate(loadAll(each.source)[0]);
    expect(valid ? [] : validate.errors?.map((error) => `${error.instancePath} ${error.message}`)).toEqual([]);
  });

  const structural = loadCorpus('reject').filter((each) => {
    const errors = compile(each.source, corpusEnvironment).diagnostics.filter(
      (diagnostic) => diagnostic.severity === 'error',
    );
    return (
      NOT_STRUCTURE_HERE[each.name] === undefined &&
      errors.some((diagnostic) => !NOT_STRUCTURE.has(diagnostic.code)) &&
      !errors.some((diagnostic) => diagnostic.code.startsWith('WEIR00'))
    );
  });
  it.each(structural)('refuses $name, as the compiler does', (each) => {
    expect(validate(loadAll(each.source)[0] ?? null)).toBe(false);
  });

  it('has cases to refuse', () => expect(structural.length).toBeGreaterThan(20));

  it('describes every key of the document and of a step, for hover', () => {
    const { properties, definitions } = schema as unknown as {
      properties: object;
      definitions: { stepObject: { properties: object } };
    };
    for (const [key, part] of [...Object.entries(properties), ...Object.entries(definitions.stepObject.properties)]) {
      expect((part as { description?: string }).description?.length ?? 0, key).toBeGreaterThan(5);
    }
  });

  it('offers the adapters of an environment by name', () => {
    const { definitions } = flowSchema(corpusEnvironment) as unknown as {
      definitions: { adapter: { anyOf: { enum?: string[] }[] } };
    };
    expect(definitions.adapter.anyOf[0]?.enum).toContain('stripe');
  });
});
