import { randomUUID } from 'node:crypto'
import type { World } from '@wardstone/cluster/testing'
import { type ActingRole, PLATFORM_HOSPITAL_ID, type Role } from '@wardstone/contracts'
import type { Hospital } from './hospitals.ts'

/** Somebody with an account, one membership and an open session. */
export interface Person {
  account_id: string
  username: string
  role: Role
  session_id: string
  /** null: a platform administrator. */
  hospital: Hospital | null
}

/** The roles within a hospital. */
export const MEMBER_ROLES = ['admin', 'doctor', 'nurse', 'receptionist', 'staff'] as const
/** A role within a hospital. */
export type MemberRole = (typeof MEMBER_ROLES)[number]

/** Stores a person. Nobody can sign in as them unless there is a hash: their tokens are signed by `tokenOf`. */
export async function addPerson(
  world: World,
  hospital: Hospital | null,
  role: Role,
  {
    username = `${role}_${hospital?.slug ?? 'platform'}`,
    status = 'active',
    password_hash = 'none',
    account_id = randomUUID() as string,
    session_id = randomUUID() as string,
  } = {},
): Promise<Person> {
  const hospitalId = hospital?.id ?? PLATFORM_HOSPITAL_ID
  const person = { account_id, username, role, session_id, hospital }
  // Without an auth service nobody asks who they are.
  if (!world.services.auth) return person
  await world.sql(
    'auth',
    `with account as (
      insert into account (id, username, username_folded, email, email_folded, password_hash, first_name, last_name)
        values ($1, $2, $2, $2 || '@example.org', $2 || '@example.org', $6, $2, $2) returning id
    ), membership as (
      insert into membership (hospital_id, account_id, role, status) select $3, id, $4, $5 from account
    )
    select`,
    [person.account_id, username, hospitalId, role, status, password_hash],
  )
  await world.sql(
    'auth',
    `insert into session (hospital_id, id, account_id, ip, expires_at)
      values ($1, $2, $3, '127.0.0.1', now() + interval '1 day')`,
    [hospitalId, person.session_id, person.account_id],
  )
  return person
}

/** Stores one person of each role of a hospital. */
export async function addMembers(
  world: World,
  hospital: Hospital,
): Promise<Record<MemberRole, Person>> {
  const people: [string, Person][] = []
  for (const role of MEMBER_ROLES) people.push([role, await addPerson(world, hospital, role)])
  return Object.fromEntries(people) as Record<MemberRole, Person>
}

/** Claims of an access token that are not as the auth service would make them. */
export interface Forged {
  role?: ActingRole
  [claim: string]: unknown
}

/** An access token of a person, as the auth service issues it. */
export function tokenOf(world: World, person: Person, changes: Forged = {}): string {
  const { account_id, session_id, username, role, hospital } = person
  return world.signer.token({
    sub: account_id,
    sid: session_id,
    username,
    role,
    hospital_id: hospital?.id ?? null,
    hospital_name: hospital?.name ?? null,
    ...changes,
  })
}
