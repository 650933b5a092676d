import { setTimeout as sleep } from 'node:timers/promises'

/** A request: a body that is neither text nor bytes is sent as JSON. */
export interface Ask {
  method?: string
  token?: string
  headers?: Record<string, string>
  body?: unknown
}

/** An answer, read to its end. */
export interface Answer {
  status: number
  headers: Headers
  text: string
}

/** Asks `url` and reads the whole answer. */
export async function ask(url: string, { method = 'GET', token, headers, body }: Ask = {}) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: isRaw(body) ? body : JSON.stringify(body) }),
  })
  const answer: Answer = {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  }
  return answer
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array
}

/** The JSON of an answer. */
// biome-ignore lint/suspicious/noExplicitAny: a proof looks into answers of every route
export function jsonOf(answer: Answer): any {
  return JSON.parse(answer.text)
}

/** Waits until a gateway can judge tokens: until then it answers 503. */
export async function untilJudging(url: string, token: string): Promise<void> {
  const end = Date.now() + 30_000
  while ((await ask(`${url}/api/auth/profile`, { token })).status === 503) {
    if (Date.now() > end) throw new Error('The gateway does not get ready.')
    await sleep(10)
  }
}

/** Waits until the gateway or service at `url` is connected to NATS: until then, news only go by being asked for. */
export async function untilOnNats(url: string): Promise<void> {
  const end = Date.now() + 30_000
  while (jsonOf(await ask(`${url}/ready`)).parts.nats !== 'up') {
    if (Date.now() > end) throw new Error(`${url} does not reach NATS.`)
    await sleep(10)
  }
}
