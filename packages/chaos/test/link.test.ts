import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Link } from '../src/stage/link.ts'

const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve))

t.test('a link', async (t) => {
  let heard = 0
  const echo = createServer((socket) => {
    socket.on('error', () => undefined).pipe(socket)
    socket.on('data', ({ length }) => {
      heard += length
    })
  })
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const link = await Link.to((echo.address() as AddressInfo).port)
  t.teardown(async () => {
    await link.close()
    echo.close()
  })
  const open = async () => {
    const socket = connect(link.port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    const said: string[] = []
    socket.on('data', (data) => said.push(String(data)))
    const hears = async (text: string) => {
      while (said.join('') !== text) await sleep(5)
    }
    return { socket, said, hears }
  }

  await t.test('passes bytes on, both ways', async () => {
    const { socket, hears } = await open()
    socket.write('hello')
    await hears('hello')
    socket.end()
    await closed(socket)
  })

  await t.test('stalls, and then delivers', async (t) => {
    const { socket, said, hears } = await open()
    const stalled = link.stall(150)
    socket.write('wait')
    await sleep(50)
    t.same(said, [])
    await stalled
    await hears('wait')
    socket.destroy()
  })

  await t.test('loses what is sent, and breaks', async (t) => {
    const { socket, said } = await open()
    const lossy = link.lose(100)
    socket.write('lost')
    await Promise.all([lossy, closed(socket)])
    t.same(said, [])
  })

  await t.test('loses answers to what arrives', async (t) => {
    const { socket, said } = await open()
    const before = heard
    const oneWay = link.loseAnswers(100)
    socket.write('done')
    await Promise.all([oneWay, closed(socket)])
    t.equal(heard, before + 4)
    t.same(said, [])
  })

  await t.test('is cut, and lets nobody through', async () => {
    const { socket } = await open()
    const cut = link.cut(200)
    await closed(socket)
    const next = connect(link.port, '127.0.0.1')
    next.on('error', () => undefined)
    await closed(next)
    await cut
    const { socket: again, hears } = await open()
    again.write('back')
    await hears('back')
    again.destroy()
  })
})
