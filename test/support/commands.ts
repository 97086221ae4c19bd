import { fileURLToPath } from 'node:url';
import { AuthInfo, StateAggregator } from '@salesforce/core';
import type { Person, World } from './world.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a command printed and how it ended. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order they came. */
  readonly out: string;
  readonly code: number;
  readonly result: unknown;
}

export type CommandName = 'apply' | 'diff' | 'doctor' | 'list' | 'plan' | 'show' | 'snapshot' | 'validate' | 'verify';
type Command = { run(argv: readonly string[], options: { root: string }): Promise<unknown> };

/**
 * Runs a command in this process, where a process of its own would prove no more, with everything it prints. There is no
 * terminal, so nobody is asked.
 */
export async function runCommand(name: CommandName, args: readonly string[]): Promise<Printed> {
  // Loaded when needed: the base class of commands can only be imported that way here.
  const { default: command } = (await import(`../../src/commands/rollback/${name}.js`)) as { default: Command };
  const printed = { stdout: '', stderr: '', out: '' };
  const streams = ['stdout', 'stderr'] as const;
  const writes = streams.map((stream) => process[stream].write.bind(process[stream]));
  for (const stream of streams)
    process[stream].write = (text: string | Uint8Array): boolean => {
      printed[stream] += String(text);
      printed.out += String(text);
      return true;
    };
  const before = process.exitCode;
  process.exitCode = undefined;
  let error: { exitCode?: number; oclif?: { exit?: number } } | undefined;
  let result: unknown;
  try {
    result = await command.run([...args], { root: ROOT });
  } catch (thrown) {
    error = thrown as typeof error;
  } finally {
    for (const [at, stream] of streams.entries()) process[stream].write = writes[at] as typeof process.stdout.write;
  }
  const code = error ? (error.exitCode ?? error.oclif?.exit ?? 1) : Number(process.exitCode ?? 0);
  process.exitCode = before;
  return { ...printed, code, result };
}

/** Logs a person of the world in as `alias`, in a home of the world's own; returns how it was before. */
export async function logInAs(world: World, person: Person, alias: string): Promise<void> {
  process.env.HOME = world.folder;
  const { token, username } = world.user(person);
  const authInfo = await AuthInfo.create({
    username,
    accessTokenOptions: { accessToken: token, instanceUrl: world.url, loginUrl: world.url },
  });
  await authInfo.save();
  await authInfo.setAlias(alias);
  StateAggregator.clearInstance();
}
