import { text } from 'node:stream/consumers';
import { AuthInfo } from '@salesforce/core';

/** Run as a process whose HOME is the home to log in for: one start of Node for all log-ins instead of one of the CLI each. */
const logins = JSON.parse(await text(process.stdin)) as Array<{
  alias: string;
  username: string;
  url: string;
  token: string;
}>;
for (const { alias, username, url, token } of logins) {
  const authInfo = await AuthInfo.create({
    username,
    accessTokenOptions: { accessToken: token, instanceUrl: url, loginUrl: url },
  });
  await authInfo.save();
  await authInfo.setAlias(alias);
}
