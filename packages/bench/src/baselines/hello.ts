import Fastify from 'fastify'

/** The least that can be answered: baseline (a), and what stands behind the proxies. */
const app = Fastify()
app.get('/*', async () => ({ hello: 'world' }))
process.send?.(await app.listen({ port: 0, host: '127.0.0.1' }))
