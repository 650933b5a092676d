import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** What went over the wire since the last `reset`. */
export interface Traffic {
  /** The database's URL through the wiretap. */
  url: string
  reset(): void
  /** Who spoke, in turns: `client`, `server`, `client`… One round trip is one of each. */
  turns(): ('client' | 'server')[]
  /** How many pieces the client's part arrived in. */
  clientWrites(): number
  /** The types of the client's messages (PostgreSQL's protocol, §54.7): Q query, P parse, B bind, E execute, S sync… */
  clientMessages(): string
}

/** A TCP proxy before PostgreSQL that listens in. */
export async function wiretap(t: Test, url: string): Promise<Traffic> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let spoken: { from: 'client' | 'server'; bytes: Buffer }[] = []
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    for (const [from, source, sink] of [
      ['client', client, upstream],
      ['server', upstream, client],
    ] as const) {
      sockets.add(source)
      source.on('error', () => sink.destroy())
      source.on('data', (bytes: Buffer) => {
        spoken.push({ from, bytes })
        sink.write(bytes)
      })
      source.on('end', () => sink.end())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const tapped = new URL(url)
  tapped.port = String((server.address() as { port: number }).port)
  const ofClient = () => spoken.filter(({ from }) => from === 'client').map(({ bytes }) => bytes)
  return {
    url: tapped.href,
    reset: () => {
      spoken = []
    },
    turns: () =>
      spoken.map(({ from }) => from).filter((from, index, all) => from !== all[index - 1]),
    clientWrites: () => ofClient().length,
    clientMessages: () => messageTypes(Buffer.concat(ofClient())),
  }
}

/** Each message is one byte that says its type, and its length in four. */
function messageTypes(bytes: Buffer): string {
  let types = ''
  for (let at = 0; at < bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
    types += String.fromCharCode(bytes[at] as number)
  }
  return types
}
