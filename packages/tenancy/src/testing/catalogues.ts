import type { ServiceName } from '@wardstone/contracts'
import type { Catalogue } from './catalogue.ts'

/**
 * The database of each service, with all that in it is meant to be different: what its
 * catalogue.test.ts and the proof of the catalogue hold it to.
 */
export const CATALOGUES: Readonly<Record<ServiceName, Catalogue>> = {
  auth: {
    service: 'auth',
    exceptions: {
      account: {
        through: 'membership',
        key: 'account_id',
        columns: [
          ...['id', 'username', 'username_folded', 'email', 'email_folded'],
          ...['first_name', 'last_name', 'phone'],
        ],
      },
      throttle: null,
      known_device: null,
    },
  },
  hospital: { service: 'hospital', exceptions: { hospital: 'id' } },
  patient: { service: 'patient' },
  appointment: { service: 'appointment' },
  audit: { service: 'audit' },
}
