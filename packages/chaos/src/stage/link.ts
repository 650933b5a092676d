import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What happens to the bytes on their way. */
type Weather = 'clear' | 'slow' | 'stalled' | 'lossy' | 'one way' | 'cut'

/** A TCP proxy to one port of this machine, which can be made to fail as a network does. */
export class Link {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #weather: Weather = 'clear'
  #delay = 0
  #cleared = Promise.withResolvers<void>()

  private constructor(target: number) {
    // Halves end on their own, as on a wire: what is behind decides.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      if (this.#weather === 'cut') {
        breakOff(near)
        return
      }
      const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
      this.#join(near, far)
    })
  }

  /** Opens a link to a port, whether or not somebody listens there yet. */
  static async to(target: number): Promise<Link> {
    const link = new Link(target)
    await new Promise<void>((resolve, reject) => {
      link.#server.once('error', reject)
      link.#server.listen(0, '127.0.0.1', resolve)
    })
    return link
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Each piece takes so many ms more, for a while. */
  async slow(delay: number, forMs: number): Promise<void> {
    this.#delay = delay
    await this.#during('slow', forMs)
  }

  /** Nothing gets through for a while; then everything does. */
  async stall(forMs: number): Promise<void> {
    await this.#during('stalled', forMs)
  }

  /** What is sent for a while is lost, also what was answered meanwhile; then the connections break. */
  async lose(forMs: number): Promise<void> {
    await this.#during('lossy', forMs)
    this.#reset()
  }

  /** What is sent arrives, and what is answered is lost for a while; then the connections break. */
  async loseAnswers(forMs: number): Promise<void> {
    await this.#during('one way', forMs)
    this.#reset()
  }

  /** All connections break, and none can be made for a while. */
  async cut(forMs: number): Promise<void> {
    this.#reset()
    await this.#during('cut', forMs)
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#reset()
  }

  async #during(weather: Weather, forMs: number): Promise<void> {
    this.#weather = weather
    await sleep(forMs)
    this.#weather = 'clear'
    this.#cleared.resolve()
    this.#cleared = Promise.withResolvers()
  }

  #reset(): void {
    for (const socket of this.#sockets) breakOff(socket)
  }

  #join(near: Socket, far: Socket): void {
    for (const [one, other, lossy] of [
      [near, far, ['lossy']],
      [far, near, ['lossy', 'one way']],
    ] as const) {
      this.#sockets.add(one)
      one.on('error', () => breakOff(other))
      one.once('close', () => {
        this.#sockets.delete(one)
        other.destroySoon()
      })
      void this.#pass(one, other, lossy)
    }
  }

  async #pass(from: Socket, to: Socket, lossy: readonly Weather[]): Promise<void> {
    try {
      for await (const piece of from) {
        if (this.#weather === 'slow') await sleep(this.#delay)
        if (this.#weather === 'stalled') await this.#cleared.promise
        if (!lossy.includes(this.#weather)) await new Promise((done) => to.write(piece, done))
      }
      to.end()
    } catch {
      to.destroy()
    }
  }
}

/**
 * Breaks a connection with a RST. Not one that is closed already, or whose end is on its way: Node 26
 * never finishes closing the handle of such a one, and spins when the process should exit.
 */
function breakOff(socket: Socket): void {
  if (socket.destroyed) return
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
