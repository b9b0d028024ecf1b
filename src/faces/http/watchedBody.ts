/**
 * The same answer; `ended` is called once: when it was read to its end, or (`isCut`) when it broke or nobody reads it any more.
 */
export function watchedBody(response: Response, ended: (isCut: boolean) => void): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) return response;
  let isOver = false;
  const over = (isCut: boolean): void => {
    if (!isOver) ended(isCut);
    isOver = true;
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        over(false);
        controller.close();
      } catch (error) {
        over(true);
        throw error;
      }
    },
    async cancel(reason) {
      over(true);
      await reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}
