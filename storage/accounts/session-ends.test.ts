import assert from 'node:assert/strict';
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { CuttingProxy } from '../../tests/support/cutting-proxy.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import { createPool, type DatabaseConfig } from '../database.ts';
import { inTransaction } from '../in-transaction.ts';
import { SILENT_LOG } from '../log.ts';
import { addKey, revokeKey } from './api-keys.ts';
import { COOKIE_LIVES_MAX_MS, SessionEnds } from './session-ends.ts';
import { addSession, endSession, endSessionsOf, findSession, newSessionId, sessionName } from './sessions.ts';

