import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'

/** A bare proxy as its documentation makes one: baseline (b). Argument: the URL behind it. */
const app = Fastify()
app.register(httpProxy, { upstream: process.argv[2] ?? '', undici: { connections: 32 } })
process.send?.(await app.listen({ port: 0, host: '127.0.0.1' }))
