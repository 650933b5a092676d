import { uuidOf } from './random.ts'

/** A hospital of the demo. */
export interface DemoHospital {
  id: string
  slug: string
  name: string
  address: string
  phone: string
  email: string
  subscription_plan: 'basic' | 'premium' | 'enterprise'
  time_zone: string
}

/** The three hospitals that every demo has. */
export const DEMO_HOSPITALS: readonly DemoHospital[] = [
  {
    ...named('City General Hospital', 'city_general_hospital'),
    address: '123 Main Street, Springfield',
    phone: '+1 202 555 0101',
    subscription_plan: 'enterprise',
    time_zone: 'America/New_York',
  },
  {
    ...named('Riverside Medical Center', 'riverside_medical_center'),
    address: '45 Quay Road, Riverside',
    phone: '+1 202 555 0102',
    subscription_plan: 'premium',
    time_zone: 'America/Los_Angeles',
  },
  {
    ...named("St. Mary's Clinic", 'st_marys_clinic'),
    address: '7 Chapel Lane, Ashford',
    phone: '+44 20 7946 0103',
    subscription_plan: 'basic',
    time_zone: 'Europe/London',
  },
]

const PLACES =
  'Ashford, Barton, Clifton, Dunmore, Elmwood, Fairview, Glenwood, Hazelton, Ironbridge, Juniper, Kingsley, Lakeside, Milltown, Northgate, Oakridge, Pinehurst, Queensbury, Rosedale, Southport, Thornbury'.split(
    ', ',
  )
const KINDS =
  'General Hospital, Medical Center, Clinic, Memorial Hospital, Community Hospital'.split(', ')

/** The hospital number `index` of a large data set. */
export function loadedHospital(index: number): DemoHospital {
  const place = PLACES[index % PLACES.length]
  const kind = KINDS[Math.floor(index / PLACES.length) % KINDS.length]
  const name = `${place} ${kind} ${index + 1}`
  return {
    ...named(name, name.toLowerCase().replaceAll(' ', '_')),
    address: `${index + 1} High Street, ${place}`,
    phone: `+1 202 555 ${String(1000 + (index % 9000))}`,
    subscription_plan: (['basic', 'premium', 'enterprise'] as const)[index % 3] ?? 'basic',
    time_zone: 'UTC',
  }
}

function named(name: string, slug: string) {
  const domain = slug.replaceAll('_', '-')
  return { id: uuidOf(`hospital ${slug}`), slug, name, email: `office@${domain}.example` }
}
