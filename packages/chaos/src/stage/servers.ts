import { databaseServer, type MessageServer, messageServer, type Server } from '@wardstone/cluster'
import { Link } from './link.ts'

/** A server of the cluster that everybody but the nemesis reaches over a link. */
class Behind<T extends Server> implements Server {
  protected readonly inner: T
  readonly link: Link

  constructor(inner: T, link: Link) {
    this.inner = inner
    this.link = link
  }

  get pid() {
    return this.inner.pid
  }

  get port() {
    return this.link.port
  }

  get url() {
    return this.through(this.inner.url)
  }

  /** The administrator's URL past the link. */
  get directUrl() {
    return this.inner.url
  }

  get data() {
    return this.inner.data as string
  }

  start() {
    return this.inner.start()
  }

  stop() {
    return this.inner.stop()
  }

  protected through(url: string): string {
    return url.replace(`:${this.inner.port}`, `:${this.link.port}`)
  }
}

class MessagesBehind extends Behind<MessageServer> implements MessageServer {
  urlFor(user: string): string {
    return this.through(this.inner.urlFor(user))
  }
}

/** Makes the servers of a cluster as `npm start` does, each behind a link; keeps hold of them. */
export class LinkedServers {
  #postgres: Behind<Server> | undefined
  #nats: MessagesBehind | undefined

  readonly makers = {
    databaseServer: async (...given: Parameters<typeof databaseServer>) => {
      const inner = await databaseServer(...given)
      this.#postgres = new Behind(inner, await Link.to(inner.port))
      return this.#postgres
    },
    messageServer: async (...given: Parameters<typeof messageServer>) => {
      const inner = await messageServer(...given)
      this.#nats = new MessagesBehind(inner, await Link.to(inner.port))
      return this.#nats
    },
  }

  get postgres(): Behind<Server> {
    if (!this.#postgres) throw new Error('PostgreSQL was not made yet.')
    return this.#postgres
  }

  get nats(): MessagesBehind {
    if (!this.#nats) throw new Error('nats-server was not made yet.')
    return this.#nats
  }

  async close(): Promise<void> {
    await this.#postgres?.link.close()
    await this.#nats?.link.close()
  }
}
