/** A question that is kept up to date: what is shown when, and what is asked when. Time and answers are in the hands of the test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SearchAnswer, SearchQuery } from '../../../sdk/api/catalogue-api.ts';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import { type FeedState, ProgrammeFeed } from './programme-feed.ts';

interface Question {
  readonly query: SearchQuery;
  readonly signal: AbortSignal;
  answer(answer: SearchAnswer): Promise<void>;
  fail(cause: Error): Promise<void>;
}

function page(next: string | null = null): SearchAnswer {
  return { films: [], next };
}

/** Lets what waits for a promise go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

class Stage {
  readonly states: FeedState[] = [];
  readonly questions: Question[] = [];
  readonly kept = new Map<string, SearchAnswer>();
  isVisible = true;
  #timers: (() => void)[] = [];
  readonly feed = new ProgrammeFeed({
    search: (query, { signal }) =>
      new Promise((resolve, reject) => {
        const answer = (answer: SearchAnswer) => {
          resolve(answer);
          return settle();
        };
        const fail = (cause: Error) => {
          reject(cause);
          return settle();
        };
        this.questions.push({ query, signal, answer, fail });
      }),
    kept: ({ q = '' }) => this.kept.get(q) ?? null,
    after: (_, run) => {
      this.#timers.push(run);
      return () => {
        this.#timers = this.#timers.filter((timer) => timer !== run);
      };
    },
    isVisible: () => this.isVisible,
    onState: (state) => void this.states.push(state),
  });

  get state(): FeedState | undefined {
    return this.states.at(-1);
  }

  get asked(): Question {
    const question = this.questions.at(-1);
    assert.ok(question !== undefined, 'nothing was asked');
    return question;
  }

  /** The time of waiting is over. */
  tick(): void {
    const due = this.#timers;
    this.#timers = [];
    for (const run of due) run();
  }
}

test('[WF11] asked again while it is looked at; an answer that did not change draws nothing', async () => {
  const stage = new Stage();
  const [first, second] = [page(), page()];
  stage.feed.ask({ q: 'a' });
  assert.deepEqual(stage.state, { is: 'loading', before: [] });
  await stage.asked.answer(first);
  assert.deepEqual(stage.state, { is: 'shown', pages: [first], isStale: false, isGrowing: false });
  stage.tick();
  await stage.asked.answer(first);
  assert.equal(stage.states.length, 2);
  stage.tick();
  await stage.asked.answer(second);
  assert.deepEqual([stage.states.length, stage.questions.length], [3, 3]);
});

test('[WF11] a hidden page asks nothing; who comes back is told at once', async () => {
  const stage = new Stage();
  stage.feed.ask({});
  await stage.asked.answer(page());
  stage.isVisible = false;
  stage.tick();
  assert.equal(stage.questions.length, 1);
  stage.isVisible = true;
  stage.feed.refresh();
  stage.feed.refresh();
  assert.equal(stage.questions.length, 2, 'and only once at a time');
  await stage.asked.answer(page());
  stage.feed.close();
  stage.tick();
  stage.feed.refresh();
  assert.equal(stage.questions.length, 2);
});

test('[WF12] a new question lets go of the one before: its answer is not shown, what was shown stays meanwhile', async () => {
  const stage = new Stage();
  const [first, late, right] = [page(), page(), page()];
  stage.feed.ask({ q: 'a' });
  await stage.asked.answer(first);
  stage.feed.ask({ q: 'ag' });
  const slow = stage.asked;
  assert.deepEqual(stage.state, { is: 'loading', before: [first] });
  stage.feed.ask({ q: 'age' });
  assert.ok(slow.signal.aborted);
  await stage.asked.answer(right);
  await slow.answer(late);
  await slow.fail(new ApiUnreachable('too late as well'));
  assert.deepEqual(stage.state, { is: 'shown', pages: [right], isStale: false, isGrowing: false });
  stage.kept.set('a', first);
  stage.feed.ask({ q: 'a' });
  assert.deepEqual(stage.state, { is: 'shown', pages: [first], isStale: false, isGrowing: false }, 'known already');
});

test('[WF13] pages follow each other, are all kept up to date, and end where the search ends', async () => {
  const stage = new Stage();
  const [one, two] = [page('x'), page()];
  stage.feed.ask({});
  await stage.asked.answer(one);
  stage.feed.more();
  assert.deepEqual(stage.state, { is: 'shown', pages: [one], isStale: false, isGrowing: true });
  await stage.asked.answer(one);
  assert.equal(stage.asked.query.after, 'x');
  await stage.asked.answer(two);
  assert.deepEqual(stage.state, { is: 'shown', pages: [one, two], isStale: false, isGrowing: false });
  stage.feed.more();
  assert.equal(stage.questions.length, 3, 'there is no more');
  stage.tick();
  await stage.asked.answer(one);
  await stage.asked.answer(two);
  assert.equal(stage.questions.length, 5);
});

test('[WF14] when the line is lost what was shown stays, as old; it is live again with the next answer', async () => {
  const stage = new Stage();
  const [first, second] = [page('x'), page('x')];
  stage.feed.ask({});
  await stage.asked.answer(first);
  stage.feed.more();
  await stage.asked.fail(new ApiUnreachable('no answer'));
  assert.deepEqual(stage.state, { is: 'shown', pages: [first], isStale: true, isGrowing: false });
  stage.tick();
  await stage.asked.answer(second);
  assert.deepEqual(stage.state, { is: 'shown', pages: [second], isStale: false, isGrowing: false });
});

test('[WF14] nothing to show: said why, and tried again; a question that is refused is not', async () => {
  const stage = new Stage();
  const why = async (cause: Error): Promise<string> => {
    stage.feed.ask({});
    await stage.asked.fail(cause);
    return stage.state?.is === 'failed' ? stage.state.why : 'shown';
  };
  assert.equal(await why(new ApiUnreachable('no answer')), 'unreachable');
  stage.tick();
  assert.equal(stage.questions.length, 2);
  assert.equal(await why(new ApiProblem(500, '', 'HTTP 500', [], null)), 'broken');
  assert.equal(await why(new ApiProblem(429, 'too-many', 'slowly', [], null)), 'broken');
  assert.equal(await why(new ApiProblem(400, 'invalid', 'too many short words', [], null)), 'refused');
  const { length } = stage.questions;
  stage.tick();
  assert.equal(stage.questions.length, length);
  stage.feed.refresh();
  assert.deepEqual(stage.state, { is: 'loading', before: [] });
});
