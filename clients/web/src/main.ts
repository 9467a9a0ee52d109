/** The shop begins: one root component, routes that load with the page that needs them, no zone. */
import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import {
  provideRouter,
  withComponentInputBinding,
  withInMemoryScrolling,
  withNavigationErrorHandler,
} from '@angular/router';
import { routes } from './routes.ts';
import { reloadForMissingPart } from './shell/missing-part.ts';
import { Shop } from './shell/shop.ts';

bootstrapApplication(Shop, {
  providers: [
    provideZonelessChangeDetection(),
    // Positions are kept by the router and set by the frame (shop.ts), which knows what is another page.
    provideRouter(
      routes,
      withComponentInputBinding(),
      withInMemoryScrolling({ scrollPositionRestoration: 'disabled' }),
      withNavigationErrorHandler(reloadForMissingPart),
    ),
  ],
}).catch((cause: unknown) => console.error(cause));
