import { createKeyedAnswers, type Peer, textField } from './peer.ts';

/** Tickets in queues. */
export function createHelpdesk(): Peer {
  const keyed = createKeyedAnswers();
  let count = 0;
  return {
    'POST /queues/{queue}/tickets': (request) =>
      keyed(request, () => {
        count += 1;
        return {
          status: 201,
          body: { ticket_id: `t_${count}`, queue: request.path['queue'], text: textField(request.body, 'text') },
        };
      }),
    'DELETE /tickets/{id}': ({ path }) => ({ body: { ticket_id: path['id'] } }),
  };
}
