import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_PASSWORD } from '../src/demo/load-accounts.ts'

/** An answer of the gateway, read to its end. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every route
  json: any
}

/** A person at a terminal, with a token once signed in. */
export class Client {
  readonly #url: string
  token = ''
  refreshToken = ''
  hospitalId = ''
  readonly requestIds: string[] = []

  constructor(url: string) {
    this.#url = url
  }

  /** Signs in with the demo's password. */
  static async signedIn(url: string, username: string): Promise<Client> {
    const client = new Client(url)
    const answer = await client.post('/api/auth/login/', { username, password: DEMO_PASSWORD })
    if (answer.status !== 200) throw new Error(`${username} could not sign in: ${answer.text}`)
    client.token = answer.json.access_token
    client.refreshToken = answer.json.refresh_token
    client.hospitalId = answer.json.user.hospital_id
    return client
  }

  get = (path: string, headers = {}) => this.send('GET', path, undefined, headers)
  delete = (path: string) => this.send('DELETE', path)
  post = (path: string, body?: object) => this.send('POST', path, body)
  put = (path: string, body: object) => this.send('PUT', path, body)
  patch = (path: string, body: object) => this.send('PATCH', path, body)

  async send(method: string, path: string, body?: object, headers = {}): Promise<Answer> {
    const response = await fetch(new URL(path, this.#url), {
      method,
      headers: {
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    this.requestIds.push(response.headers.get('x-request-id') ?? '')
    const isJson = response.headers.get('content-type')?.includes('json')
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    }
  }
}

/** A part as `cluster.json` has it. */
export interface Part {
  pid: number
  port: number
  url: string
}

/** What `cluster.json` in this data folder says now. */
export function clusterFile(data: string): Record<string, Part> {
  return JSON.parse(readFileSync(join(data, 'cluster.json'), 'utf8'))
}

/** The parts that are processes of ours and must outlive PostgreSQL and NATS. */
export const PROCESSES = ['gateway', 'auth', 'hospital', 'patient', 'appointment', 'audit'] as const
