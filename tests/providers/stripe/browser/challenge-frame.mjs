/* The bank's question, in the overlay's frame or on a page of its own: tells the stand-in, then whoever waits. */
(() => {
  const { back } = document.body.dataset;
  for (const button of document.querySelectorAll('button'))
    button.addEventListener('click', async () => {
      for (const other of document.querySelectorAll('button')) other.disabled = true;
      const response = await fetch(`${location.pathname}/${button.name}${location.search}`, { method: 'POST' });
      const { status } = await response.json();
      if (back === undefined) parent.postMessage({ type: 'challenge-ended' }, '*');
      else location.assign(`${back}${status}`);
    });
})();
