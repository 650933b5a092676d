import { join } from 'node:path'
import { ensureStreams, keepStreams } from '@wardstone/events'
import { ClusterFile } from './cluster-file.ts'
import type { ClusterConfig } from './config.ts'
import { DataFolder } from './data-folder.ts'
import { databaseUrlsOn, prepareDatabases, type ServiceDatabase } from './databases.ts'
import { seedDemo } from './demo/demo-data.ts'
import { doorUrl, mustBeFree } from './door.ts'
import { gatewayEnvironment, type Surroundings, serviceEnvironment } from './environment.ts'
import { stopLeftovers } from './leftovers.ts'
import type { OnPartChange } from './part.ts'
import type { Progress } from './progress.ts'
import { Secrets } from './secrets.ts'
import { databaseServer, messageServer, type Server, type ServerMakers } from './servers.ts'
import { ServicePart, type ServicePartOptions } from './service-part.ts'
import { GATEWAY_PROGRAM, type ServiceEntry, serviceProgram, startOrder } from './services.ts'

/** The whole of Wardstone on this machine: its servers, its services and the gateway. */
export class Cluster {
  readonly #config: ClusterConfig
  readonly #progress: Progress
  readonly #makers: ServerMakers
  readonly #file: ClusterFile
  readonly #stops: (() => Promise<void> | void)[] = []
  #stopping = false
  #started: Promise<string> | undefined

  /** @param makers of its servers; others than its own may stand in between, such as a bad network */
  constructor(
    config: ClusterConfig,
    progress: Progress,
    makers: ServerMakers = { databaseServer, messageServer },
  ) {
    this.#config = config
    this.#progress = progress
    this.#makers = makers
    this.#file = new ClusterFile(config.data)
  }

  /** Starts everything and resolves to the gateway's URL once all parts are ready. */
  start(): Promise<string> {
    this.#started ??= this.#start()
    return this.#started
  }

  /** Stops everything that was started, the gateway first. */
  async stop() {
    this.#stopping = true
    await this.#unwind()
    await this.#started?.catch(() => undefined)
    await this.#unwind()
  }

  async #start(): Promise<string> {
    const config = this.#config
    const folder = DataFolder.hold(config.data)
    this.#stops.push(() => folder.release())
    await stopLeftovers(folder, this.#progress)
    // Whoever waits for the file must not read the pids of a cluster that was killed.
    this.#file.remove()
    await mustBeFree(config)
    this.#stops.push(() => this.#file.remove())

    const postgres = await this.#server('postgres', this.#makers.databaseServer)
    const nats = await this.#server('nats', this.#makers.messageServer)
    await this.#progress.step('streams', () => this.#keepStreams(nats.url))
    const surroundings = { config, secrets: new Secrets(config.data), nats }
    const databases = await prepareDatabases(postgres.url, surroundings.secrets, this.#progress)
    if (config.demo) await this.#demo(postgres.url)
    const services = await this.#services(folder, surroundings, databases)
    const gateway = await this.#gateway(folder, surroundings, services)
    this.#file.write()
    return doorUrl({ host: config.host, port: gateway.port })
  }

  async #server<T extends Server>(
    name: string,
    make: (config: ClusterConfig, folder: string, onChange: OnPartChange) => Promise<T>,
  ): Promise<T> {
    return this.#progress.step(name, async (detail) => {
      const enter = () =>
        this.#file.set(name, { pid: server.pid ?? null, port: server.port, url: server.url })
      const server: T = await make(
        this.#config,
        join(this.#config.data, name),
        (change, reason) => {
          this.#progress.change(name, change, reason)
          enter()
        },
      )
      await this.#run(server)
      enter()
      const elsewhere = server.data !== undefined && !server.data.startsWith(this.#config.data)
      detail(`port ${server.port}${elsewhere ? `, files in ${server.data}` : ''}`)
      return server
    })
  }

  async #keepStreams(url: string) {
    await ensureStreams(url)
    const keeper = keepStreams({ url, logger: this.#progress.logger })
    this.#stops.push(() => keeper.close())
  }

  async #demo(adminUrl: string) {
    await this.#progress.step('demo data', async (detail) => {
      detail((await seedDemo(databaseUrlsOn(adminUrl))) ? 'loaded' : 'is there')
    })
  }

  async #services(
    folder: DataFolder,
    surroundings: Surroundings,
    databases: Map<string, ServiceDatabase>,
  ): Promise<Map<string, number>> {
    const ports = new Map<string, number>()
    const start = async (service: ServiceEntry) => {
      const database = databases.get(service.name) as ServiceDatabase
      const env = serviceEnvironment(surroundings, service, { database, ports })
      const program = serviceProgram(service.name)
      const part = await this.#service({ name: service.name, program, env, port: 0, folder })
      ports.set(service.name, part.port)
    }
    for (const wave of startOrder()) await Promise.all(wave.map(start))
    return ports
  }

  async #gateway(folder: DataFolder, surroundings: Surroundings, ports: Map<string, number>) {
    const env = gatewayEnvironment(surroundings, ports)
    const { port } = this.#config
    return this.#service({ name: 'gateway', program: GATEWAY_PROGRAM, env, port, folder })
  }

  #service(options: Omit<ServicePartOptions, 'host' | 'onChange'>): Promise<ServicePart> {
    const { name, env } = options
    const host = env.HOST ?? '127.0.0.1'
    return this.#progress.step(name, async (detail) => {
      const enter = () => this.#file.set(name, service.entry(host))
      const service: ServicePart = new ServicePart({
        ...options,
        host,
        onChange: (change, reason) => {
          this.#progress.change(name, change, reason)
          enter()
        },
      })
      await this.#run(service)
      await service.untilReady(host)
      enter()
      detail(`port ${service.port}`)
      return service
    })
  }

  async #run(part: Pick<Server, 'start' | 'stop'>) {
    if (this.#stopping) throw new Error('The cluster is being stopped.')
    this.#stops.push(() => part.stop())
    await part.start()
  }

  async #unwind() {
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop()) await stop()
  }
}
