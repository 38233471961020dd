import { ApplicationFailure } from '@temporalio/common';
import { checkValue } from '../executions/check-value.ts';
import type { EngineActivities, ErrorInfo } from './contract.ts';

/** The activity that checks a sub-flow's input (schemas need ajv, which the sandbox has not). Fails with `invalid_input`. */
export const checkInput: EngineActivities['weir.check_input'] = async ({ schema, input }) => {
  const { value, faults } = checkValue(schema, input);
  if (faults.length === 0) return value;
  const message = `the input does not fit: ${faults.map((fault) => fault.message).join('; ')}`;
  const info: ErrorInfo = {
    code: 'invalid_input',
    message,
    retryable: false,
    details: faults.map(({ path, message: text }) => ({ path, message: text })),
  };
  throw ApplicationFailure.create({ type: info.code, message, nonRetryable: true, details: [info] });
};
