import { startPracticeOrg } from './http/server.js';
import { brightcup } from './seed/brightcup.js';

/** `tsx test/org/cli.ts [--port N]`: serves a seeded org until it is stopped. */
const portFlag = process.argv.indexOf('--port');
const port = portFlag === -1 ? 8080 : Number(process.argv[portFlag + 1]);
const { org } = brightcup({ startAt: new Date().toISOString() });
const running = await startPracticeOrg({ port, org });
process.stdout.write(
  `Practice org "${org.name}" at ${running.url}\n\nLog in with:\n\n` +
    `SF_ACCESS_TOKEN='${running.token}' sf org login access-token --instance-url ${running.url} --no-prompt --alias practice\n\n` +
    `Other people:\n${Object.entries(running.tokens)
      .slice(1)
      .map(([name, token]) => `  ${name}: ${token}\n`)
      .join('')}\nStop with Ctrl-C.\n`
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void running.close().then(() => process.exit(0));
  });
}
