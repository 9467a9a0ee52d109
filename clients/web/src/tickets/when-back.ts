/** Looks again when the page is shown after having been hidden, and when the network is back. Returns how to stop. */
export function whenBack(look: () => void): () => void {
  const shown = (): void => {
    if (document.visibilityState === 'visible') look();
  };
  document.addEventListener('visibilitychange', shown);
  addEventListener('online', look);
  return () => {
    document.removeEventListener('visibilitychange', shown);
    removeEventListener('online', look);
  };
}
