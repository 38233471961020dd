import { CliError } from './cli-error.ts';

/** More than any answer of the API that is not streamed. */
const MAX_BYTES = 256 * 1024 * 1024;

/** The body as text. Throws a CliError rather than filling the memory. */
export async function readBody(response: Response): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new CliError(`The answer is larger than ${MAX_BYTES / 1024 / 1024} MiB.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
