import { connect } from 'node:net'

/** How an exchange of bytes ends, unless the other side ends it. */
export interface ExchangeOptions {
  /** After so many milliseconds of silence, once something came back. */
  quiet?: number
  /** After so many milliseconds in which nothing came back: as many as a slow machine may take. */
  patience?: number
  /** We say at once that no more will come: what is half sent stays half sent. */
  half?: boolean
}

/** What comes back when these bytes are sent on one connection. */
export function exchange(
  port: number,
  bytes: string | Buffer,
  { quiet = 300, patience = 3000, half = false }: ExchangeOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: half }, () =>
      half ? socket.end(bytes) : socket.write(bytes),
    )
    let answer = ''
    socket.setTimeout(Math.max(quiet, patience), () => socket.destroy())
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      socket.setTimeout(quiet)
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)))
  })
}
