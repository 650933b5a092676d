import { type TestCaller, testIdentity, type World } from '@wardstone/cluster/testing'
import { type Answer, ask } from './ask.ts'
import type { Operation } from './operations.ts'
import { type Forged, type Person, tokenOf } from './people.ts'

/** Somebody who asks. */
export interface Caller {
  /** As the report calls them: `nurse`. */
  name: string
  person: Person
  /** What their token says beside what it says of the person. */
  claims?: Forged
  /** Their token is refused, whatever they ask. */
  dead?: true
}

/** What is sent to an operation. */
export interface Sent {
  /** Path and query. */
  url: string
  headers?: Record<string, string>
  body?: unknown
}

/** A way in to the services. */
export interface Door {
  /** True for the way that clients have. */
  isPublic: boolean
  /** @param caller undefined when nobody says who they are */
  ask: (operation: Operation, caller: Caller | undefined, sent: Sent) => Promise<Answer>
}

/** Through the first gateway, with an access token. */
export function gatewayDoor(world: World): Door {
  return {
    isPublic: true,
    ask: ({ method }, caller, { url, headers, body }) =>
      ask(`${world.url}${url}`, {
        method,
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
        ...(caller && { token: tokenOf(world, caller.person, caller.claims) }),
      }),
  }
}

/** Past the gateway to the service itself, with the identity token that the gateway would make. */
export function serviceDoor(world: World): Door {
  return {
    isPublic: false,
    ask: ({ method, service, permission }, caller, { url, headers, body }) => {
      const { url: base, identityKey: key } = world.services[service]
      const identity = permission && caller ? identityOf(caller) : ANYBODY
      const stamps = testIdentity(identity, { service, method, url, key })
      return ask(`${base}${url}`, {
        method,
        headers: { ...stamps, ...headers },
        ...(body !== undefined && { body }),
      })
    },
  }
}

const ANYBODY: TestCaller = { role: 'anonymous' }

/** A caller as the gateway tells the services of them. */
export function identityOf({ person, claims = {} }: Caller): TestCaller {
  const { account_id, session_id, username, role, hospital } = person
  const { hospital_id, hospital_name, sid, ...said } = claims
  return {
    role,
    user_id: account_id,
    username,
    session_id: (sid as string | undefined) ?? session_id,
    hospital_id: (hospital_id as string | undefined) ?? hospital?.id ?? null,
    hospital_name: (hospital_name as string | undefined) ?? hospital?.name ?? null,
    ...said,
  }
}

/** Past the gateway with nothing but what is sent. */
export function bareDoor(world: World): Door {
  return {
    isPublic: false,
    ask: ({ method, service }, _caller, { url, headers, body }) =>
      ask(`${world.services[service].url}${url}`, {
        method,
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
      }),
  }
}
