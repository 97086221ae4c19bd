import { writeFileSync } from 'node:fs';
import { Connection } from '@jsforce/jsforce-node';

/** Reads queries with jsforce as its documentation shows it: everything, page by page, in memory. `URL TOKEN SOQL…` */
const [url, token, ...queries] = process.argv.slice(2);
const connection = new Connection({ instanceUrl: String(url), accessToken: String(token), version: '66.0' });
for (const soql of queries) {
  const rows = await connection.query(soql, { autoFetch: true, maxFetch: 5_000_000 });
  if (rows.records.length !== rows.totalSize) throw new Error(`${rows.records.length} of ${rows.totalSize} rows`);
  const object = /FROM (\w+)/.exec(soql)?.[1] ?? 'rows';
  writeFileSync(`${object}.json`, JSON.stringify(rows.records));
}
