/** The shop begins: one root component, routes that load with the page that needs them, no zone. */
import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideRouter, withComponentInputBinding, withInMemoryScrolling } from '@angular/router';
import { routes } from './routes.ts';
import { Shop } from './shell/shop.ts';

bootstrapApplication(Shop, {
  providers: [
    provideZonelessChangeDetection(),
    provideRouter(routes, withComponentInputBinding(), withInMemoryScrolling({ scrollPositionRestoration: 'enabled' })),
  ],
}).catch((cause: unknown) => console.error(cause));
