import { isIPv6 } from 'node:net'
import { isPortFree } from './ports.ts'
import { ClusterProblem } from './problem.ts'

/** The address of the gateway. */
export interface Door {
  host: string
  port: number
}

/** How a client writes the address. */
export function doorUrl({ host, port }: Door): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`
}

/** Refuses, before anything is started, an address that the gateway could not listen on. */
export async function mustBeFree({ host, port }: Door) {
  let free: boolean
  try {
    free = await isPortFree(host, port)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    throw new ClusterProblem(
      `The gateway cannot listen on ${host}:${port} (${reason}): choose another address with WARDSTONE_HOST and WARDSTONE_PORT.`,
    )
  }
  if (free) return
  throw new ClusterProblem(
    `Port ${port} of ${host} is taken by another program: stop that one, or choose another port with WARDSTONE_PORT.`,
  )
}
