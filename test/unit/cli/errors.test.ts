import { readdirSync, readFileSync } from 'node:fs';
import { SfError } from '@salesforce/core';
import { expect } from 'chai';
import { asSfError } from '../../../src/cli/errors.js';
import {
  computeErrorCode,
  errorIsTypeError,
} from '../../../node_modules/@salesforce/sf-plugins-core/lib/errorHandling.js';
import { EXIT, Refusal } from '../../../src/model/refusal.js';

const SRC = new URL('../../../src/', import.meta.url);
const MESSAGES = readFileSync(new URL('../../../messages/errors.md', import.meta.url), 'utf8');
const defined = new Map(
  MESSAGES.split(/^# /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] as string, section.split('\n').slice(1).join('\n').trim()])
);

/** Every key of a refusal in the sources. */
const used = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) =>
    [...readFileSync(new URL(path.replaceAll('\\', '/'), SRC), 'utf8').matchAll(/new Refusal\(\s*'(\w+)'/g)].map(
      (match) => match[1] as string
    )
  );

describe('every refusal', () => {
  it('has a message and a way out', () => {
    expect(
      [...new Set(used)].filter((key) => !defined.get(key) || !defined.get(`${key}.actions`)?.startsWith('-'))
    ).to.deep.equal([]);
  });
});

describe('an error as a person and a script see it', () => {
  it('has a name, the message with its words, the actions, and the exit code', () => {
    const error = asSfError(new Refusal('tooManyChanges', { tokens: [12, 10] }));
    expect(error).to.be.instanceOf(SfError);
    expect([error.name, error.exitCode]).to.deep.equal(['TooManyChangesError', 3]);
    expect(error.message).to.include('12').and.to.include('10').and.to.not.include('%s');
    expect(error.actions?.length).to.be.greaterThan(0);
  });

  it('carries data for machines and its cause', () => {
    const cause = new Error('socket hang up');
    const error = asSfError(
      new Refusal('planStale', { tokens: ['flow:A'], actionTokens: ['snap', 'prod'], data: { moved: [1] }, cause })
    );
    expect(error.data).to.deep.equal({ moved: [1] });
    expect(error.cause).to.equal(cause);
  });

  it('names the org in its actions as it was typed, or leaves it out where a default was used', () => {
    const actions = (org?: string): string =>
      (asSfError(new Refusal('planStale', { tokens: ['flow:A'], actionTokens: ['snap'] }), org).actions ?? []).join(
        '\n'
      );
    expect(actions('prod')).to.include('-o prod').and.to.not.include('ORG');
    expect(actions()).to.not.include('-o').and.to.not.include('ORG');
  });

  it('names the store in its actions as it was typed', () => {
    const actions = (key: string, store?: string): string =>
      (asSfError(new Refusal(key, { tokens: ['a', 'b', 'c'] }), 'prod', store).actions ?? []).join('\n');
    expect(actions('planStale', '../my store')).to.include(
      'sf rollback plan --store "../my store" --refresh a -o prod'
    );
    expect(actions('planStale')).to.not.include('--store');
    expect(actions('notInStore', 'far/away/')).to.include('sf rollback list --store far/away/');
    expect(actions('notInStore')).to.include('sf rollback list\n');
  });

  it('keeps our exit code also where its cause is a TypeError', () => {
    const cause = new TypeError('fetch failed', { cause: new Error('socket hang up') });
    for (const thrown of [
      cause,
      new Refusal('outNotWritable', { tokens: ['f', 'no'], cause }),
      new Error('x', { cause }),
      new Error('TypeError: x'),
    ]) {
      const error = asSfError(thrown);
      expect(errorIsTypeError(error), String(thrown)).to.equal(false);
      expect(computeErrorCode(error)).to.equal(error.exitCode);
    }
    expect((asSfError(cause).cause as Error).message).to.equal('fetch failed');
  });

  it('that is one already stays as it is', () => {
    const error = new SfError('x', 'Y');
    expect(asSfError(error)).to.equal(error);
  });

  it('that nobody expected still has a message, its cause and exit code 1', () => {
    for (const [thrown, name] of [
      [new Error('boom'), 'UnexpectedError'],
      ['boom', 'UnexpectedError'],
      [Object.assign(new Error('boom'), { code: 'ENOSPC' }), 'StoreNotWritableError'],
      [Object.assign(new Error('boom'), { code: 'EROFS' }), 'StoreNotWritableError'],
      // How Node tells that a folder cannot be made on a disk that is read-only.
      [Object.assign(new Error('boom'), { code: 'ENOENT', syscall: 'mkdir' }), 'StoreNotWritableError'],
      [Object.assign(new Error('boom'), { code: 'ECONNRESET', syscall: 'read' }), 'OrgRequestFailedError'],
      [Object.assign(new Error('boom'), { code: 'ERR_INVALID_ARG_TYPE' }), 'UnexpectedError'],
      [Object.assign(new Error('boom'), { code: 'UNABLE_TO_LOCK_ROW' }), 'OrgRequestFailedError'],
    ] as const) {
      const error = asSfError(thrown);
      expect([error.name, error.exitCode]).to.deep.equal([name, EXIT.failed]);
      expect(error.message).to.include('boom');
      expect((error.cause as Error).message).to.equal('boom');
    }
  });
});
