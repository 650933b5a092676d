import { hash } from '@node-rs/argon2'
import { PLATFORM_HOSPITAL_ID, type Role } from '@wardstone/contracts'
import type { Client } from 'pg'
import { copyRows, type Value } from './copy.ts'
import type { DemoHospital } from './hospitals.ts'
import { CULTURES } from './names.ts'
import { Random, uuidOf } from './random.ts'

/** The password of every demo login (the seed's own). */
export const DEMO_PASSWORD = 'admin123'

/** The roles that each demo hospital has a login for. */
export const DEMO_ROLES = ['admin', 'doctor', 'nurse', 'receptionist', 'staff'] as const

/** The login of a role in a demo hospital. */
export function demoUsername(role: Role, hospital: Pick<DemoHospital, 'slug'>): string {
  return `${role}_${hospital.slug}`
}

interface Account {
  username: string
  role: Role
  hospitalId: string
}

/** Stores a login for each role of each hospital. */
export async function loadAccounts(client: Client, hospitals: readonly DemoHospital[]) {
  await copyRows(
    client,
    'hospital',
    ['hospital_id', 'slug', 'name'],
    hospitals.map(({ id, slug, name }) => [id, slug, name]),
  )
  await storeAccounts(
    client,
    hospitals.flatMap((hospital) =>
      DEMO_ROLES.map((role) => ({
        username: demoUsername(role, hospital),
        role,
        hospitalId: hospital.id,
      })),
    ),
  )
}

/** Stores the login `platform_admin`, who belongs to no hospital, unless it is there. */
export async function loadPlatformAdmin(client: Client) {
  const role = 'platform_admin'
  const { rowCount } = await client.query('select from account where username_folded = $1', [role])
  if (rowCount) return
  await storeAccounts(client, [{ username: role, role, hospitalId: PLATFORM_HOSPITAL_ID }])
}

async function storeAccounts(client: Client, accounts: Account[]) {
  // One hash for all: thousands of logins in a moment, and the password is no secret.
  const password = await hash(DEMO_PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
  const columns = [
    ...['id', 'username', 'username_folded', 'email', 'email_folded'],
    ...['password_hash', 'first_name', 'last_name'],
  ]
  await copyRows(
    client,
    'account',
    columns,
    accounts.map((account) => accountRow(account, password)),
  )
  await copyRows(
    client,
    'membership',
    ['hospital_id', 'account_id', 'role', 'status'],
    accounts.map(({ hospitalId, username, role }) => [
      hospitalId,
      accountId(username),
      role,
      'active',
    ]),
  )
}

function accountRow({ username }: Account, password: string): Value[] {
  const email = `${username}@wardstone.example`
  const { first_name, last_name } = personOf(username)
  return [
    ...[accountId(username), username, username, email, email, password],
    ...[first_name, last_name],
  ]
}

/** The account of a role in a demo hospital, and whose it is. */
export function demoAccount(role: Role, hospital: DemoHospital) {
  const username = demoUsername(role, hospital)
  return { id: accountId(username), ...personOf(username) }
}

function personOf(username: string) {
  const random = new Random(`person ${username}`)
  const culture = random.pick(CULTURES)
  return {
    first_name: random.pick(random.chance(0.5) ? culture.female : culture.male),
    last_name: random.pick(culture.family),
  }
}

function accountId(username: string) {
  return uuidOf(`account ${username}`)
}
