import { DEMO_PASSWORD, type DemoHospital, demoUsername } from '@wardstone/cluster'
import type { Role } from '@wardstone/contracts'

/** Somebody who is signed in. */
export interface Person {
  hospital: DemoHospital
  username: string
  token: string
}

const ROLES: readonly Role[] = ['nurse', 'receptionist', 'doctor', 'admin']

/** Signs in people of every hospital, as many as there are up to `most`: of each hospital one first, then another role. */
export async function signIn(
  url: string,
  hospitals: readonly DemoHospital[],
  most = 100,
): Promise<Person[]> {
  const people = ROLES.flatMap((role) => hospitals.map((hospital) => ({ role, hospital })))
  const signedIn: Person[] = []
  for (const { role, hospital } of people.slice(0, most)) {
    const username = demoUsername(role, hospital)
    signedIn.push({ hospital, username, token: await tokenOf(url, username) })
  }
  return signedIn
}

async function tokenOf(url: string, username: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: DEMO_PASSWORD }),
  })
  if (!answer.ok) throw new Error(`${username} could not sign in: ${await answer.text()}`)
  return ((await answer.json()) as { access_token: string }).access_token
}
