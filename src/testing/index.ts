// Flow tests (dsl.md, section 11): `*.test.yaml` on the interpreter in virtual time, with mocked calls. No server, no I/O of its own.
export { coverageLcov, coverageText, mergeCoverage } from './coverage.ts';
export { junitXml } from './junit-xml.ts';
export { parseTestFile, type ParsedTestFile } from './parse-test-file.ts';
export { type CaseResult, type Coverage, type Failure, type FileResult, isGood } from './result.ts';
export type { FlowUnderTest } from './run-case.ts';
export { runTestFile, type RunTestFileOptions } from './run-test-file.ts';
export { flowTestSchema } from './schema.ts';
export { testReport } from './test-report.ts';
