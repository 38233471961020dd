/** What was asked, once it is answered; null for an error, and for no answer within `ms`. Never rejects. */
export async function answerWithin<T>(asked: PromiseLike<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  const answered = asked.then(
    (answer) => answer,
    () => null,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
