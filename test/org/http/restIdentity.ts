import { OrgError, type OrgUser } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import type { Router } from './router.js';

/** Versions, the version root, and who the token belongs to. */
export function registerIdentityRoutes(router: Router, org: PracticeOrg): void {
  router.get(
    '/services/data',
    () => ({
      status: 200,
      body: org.apiVersions.map((version) => ({
        label: `Release ${version}`,
        url: `/services/data/v${version}`,
        version,
      })),
    }),
    { auth: 'none' }
  );

  router.get('/services/data/v:version', ({ version, baseUrl, user }) => {
    const base = `/services/data/v${version}`;
    const names = [
      'tooling',
      'metadata',
      'query',
      'queryAll',
      'sobjects',
      'limits',
      'composite',
      'jobs',
      'search',
      'recent',
      'actions',
      'analytics',
    ];
    return {
      status: 200,
      body: {
        ...Object.fromEntries(names.map((name) => [name, `${base}/${name}`])),
        identity: identityUrl(org, baseUrl, user),
      },
    };
  });

  router.get('/services/oauth2/userinfo', ({ baseUrl, user }) => ({ status: 200, body: userInfo(org, baseUrl, user) }));
  router.post('/services/oauth2/userinfo', ({ baseUrl, user }) => ({
    status: 200,
    body: userInfo(org, baseUrl, user),
  }));

  router.get('/id/:orgId/:userId', ({ baseUrl, user, params }) => {
    if (params['userId']?.slice(0, 15) !== user.id.slice(0, 15))
      throw new OrgError('NOT_FOUND', 'The requested resource does not exist', [], 404);
    return {
      status: 200,
      body: {
        ...userInfo(org, baseUrl, user),
        id: identityUrl(org, baseUrl, user),
        asserted_user: true,
        username: user.username,
        display_name: user.name,
        active: user.active,
        user_type: 'STANDARD',
        locale: 'en_US',
        timezone: 'Europe/Berlin',
      },
    };
  });
}

function identityUrl(org: PracticeOrg, baseUrl: string, user: OrgUser): string {
  return `${baseUrl}/id/${org.orgId}/${user.id}`;
}

function userInfo(org: PracticeOrg, baseUrl: string, user: OrgUser): Record<string, unknown> {
  return {
    sub: identityUrl(org, baseUrl, user),
    user_id: user.id,
    organization_id: org.orgId,
    preferred_username: user.username,
    nickname: user.username.split('@')[0],
    name: user.name,
    email: user.email,
    email_verified: true,
    zoneinfo: 'Europe/Berlin',
    urls: {
      rest: `${baseUrl}/services/data/v{version}/`,
      sobjects: `${baseUrl}/services/data/v{version}/sobjects/`,
      query: `${baseUrl}/services/data/v{version}/query/`,
      metadata: `${baseUrl}/services/Soap/m/{version}/${org.orgId.slice(0, 15)}`,
      partner: `${baseUrl}/services/Soap/u/{version}/${org.orgId.slice(0, 15)}`,
      tooling_rest: `${baseUrl}/services/data/v{version}/tooling/`,
    },
  };
}
