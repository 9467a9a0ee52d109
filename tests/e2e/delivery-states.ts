/** States of the shop's delivery, as expressions of the page. */

/** Everything of this build is kept, and this page is in the service worker's hands. */
export const KEPT = 'navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)';
