import { createKeyedAnswers, type Peer } from './peer.ts';

/** Takes mails and text messages. */
export function createMessaging(): Peer {
  const keyed = createKeyedAnswers();
  let count = 0;
  const accept: Peer[string] = (request) =>
    keyed(request, () => {
      count += 1;
      return { status: 202, body: { message_id: `m_${count}` } };
    });
  return { 'POST /mails': accept, 'POST /texts': accept };
}
