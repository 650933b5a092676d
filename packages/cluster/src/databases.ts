import type { DemoDatabases } from './demo/demo-data.ts'

/** The superuser's URLs of the services' databases on the server of `adminUrl`. */
export function databaseUrlsOn(adminUrl: string): DemoDatabases {
  const url = (service: string) => {
    const result = new URL(adminUrl)
    result.pathname = `/wardstone_${service}`
    return result.href
  }
  return { auth: url('auth'), hospital: url('hospital'), patient: url('patient') }
}
