import type { Person } from './person.ts'

/** Signs in elsewhere for a moment, and out again. */
export async function comeAndGo({ guest, deadTokens }: Person): Promise<void> {
  if ((await guest.signIn()).status !== 200) return
  const token = await guest.signOut()
  if (token) deadTokens.push(token)
}
