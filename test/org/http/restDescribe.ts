import type { ObjectSchema } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { canSeeObject, describeHead, describeObject, noSuchResource } from '../engine/schema/describe.js';
import { notModifiedSince } from './conditionalGet.js';
import type { OrgRequest, Router } from './router.js';

/** The list of objects and the description of one. */
export function registerDescribeRoutes(router: Router, org: PracticeOrg): void {
  router.get('/services/data/v:version/sobjects', ({ user, version }) => {
    const objects = [...org.schema.all(), ...org.tables.list('data').map((table) => table.schema)].filter((object) =>
      canSeeObject(user, object)
    );
    objects.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
    return {
      status: 200,
      body: { encoding: 'UTF-8', maxBatchSize: 200, sobjects: objects.map((object) => describeHead(object, version)) },
    };
  });
  router.get('/services/data/v:version/sobjects/:object', (request) => {
    const object = requestedObject(org, request);
    return { status: 200, body: { objectDescribe: describeHead(object, request.version), recentItems: [] } };
  });
  router.get('/services/data/v:version/sobjects/:object/describe', (request) => {
    const object = requestedObject(org, request);
    const changedAt = org.schema.changedAt(object.name);
    if (notModifiedSince(request, changedAt)) return { status: 304 };
    return {
      status: 200,
      body: describeObject(org, request.user, object, request.version),
      headers: { 'Last-Modified': new Date(changedAt).toUTCString() },
    };
  });
}

/** The object named in the path, stored or computed, as far as the user can see it. */
export function requestedObject(org: PracticeOrg, { user, params }: OrgRequest): ObjectSchema {
  const name = params['object'] ?? '';
  const object = org.schema.get(name) ?? org.tables.get('data', name)?.schema;
  if (object === undefined || !canSeeObject(user, object)) throw noSuchResource();
  return object;
}
