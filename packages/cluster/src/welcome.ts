import { DEMO_HOSPITALS } from './demo/hospitals.ts'
import { DEMO_PASSWORD, DEMO_ROLES, demoUsername } from './demo/load-accounts.ts'

/** What the person at the terminal wants to know once all is up. */
export function welcome(url: string, demo: boolean): string[] {
  return [
    '',
    `  API        ${url}/api`,
    `  Documents  ${url}/docs`,
    ...(demo ? ['', ...logins()] : []),
    '',
  ]
}

function logins(): string[] {
  const hospitals = DEMO_HOSPITALS.map(
    (hospital) =>
      `  ${hospital.name}: ${DEMO_ROLES.map((role) => demoUsername(role, hospital)).join(', ')}`,
  )
  return [
    `  Demo logins, password ${DEMO_PASSWORD} for all: for trying out only, never with real patients.`,
    '  platform_admin',
    ...hospitals,
  ]
}
