import { expect } from 'chai';
import type { RunResult } from './stockCli.js';

const STORE_ID = /\d{8}T\d{6}Z-[\w-]+-[0-9a-f]{6}/;

export interface Refused {
  readonly name: string;
  readonly message: string;
  readonly actions: readonly string[];
}

/** What `sf` prints of an error after the stages that went well, in its parts. */
export function refusedText({ stdout, stderr }: RunResult): Refused {
  expect(stdout, stderr).to.equal('');
  const parts = /(?:^|\n)Error \((\w+)\): ([\s\S]*?)\n\n+Try this:\n\n([\s\S]*?)\n*$/.exec(stderr);
  expect(parts, stderr).to.not.equal(null);
  return { name: parts?.[1] ?? '', message: parts?.[2] ?? '', actions: (parts?.[3] ?? '').split('\n') };
}

/** A way out that can be pasted: no placeholder is left, and a command for an org names it as it was typed. */
export function expectUsable({ message, actions }: Refused, alias: string): void {
  expect(message.trim()).to.not.equal('');
  expect(actions).to.not.be.empty;
  for (const text of [message, ...actions]) {
    expect(text).to.not.match(/%[sdj]|undefined|\bnull\b|\[object |\bNaN\b|\n\s+at /);
    expect(text).to.not.match(/\bORG\b/);
    for (const [, command = ''] of text.matchAll(/\b(sf (?:rollback|data|org|project|sobject) .*)/g)) {
      for (const [, org] of command.matchAll(/ (?:-o|--target-org|--from-org|--confirm) (\S+)/g))
        expect(org, text).to.equal(alias);
    }
  }
}

/** Fit for a log file: no escapes, each stage once, and no line wider than a terminal but what is there to be copied. */
export function expectFitForLogs({ stdout, stderr }: RunResult): void {
  // eslint-disable-next-line no-control-regex -- escapes are what is looked for
  expect(stdout + stderr).to.not.match(/[\u001b\r\u0007]/);
  const wide = stdout
    .split('\n')
    .filter((line) => line.length > 80 && !line.includes('sf rollback ') && !STORE_ID.test(line));
  expect(wide).to.deep.equal([]);
}

/** The lines on stderr, each of which has to be there once. */
export function stagesOf({ stderr }: RunResult): string[] {
  const lines = stderr.split('\n').filter((line) => line !== '');
  expect(lines).to.deep.equal([...new Set(lines)]);
  return lines;
}

/** The JSON of a command: stdout holds nothing else, stderr nothing at all. */
export function jsonOf({ stdout, stderr, json }: RunResult): any {
  expect(stderr).to.equal('');
  expect(json, stdout).to.be.an('object');
  return json;
}
