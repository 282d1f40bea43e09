// A database in a folder of its own -> the built gateway that serves it, and hands of another process that change it.

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BINARY = process.env.DELTALINK_TEST_BINARY

/** A gateway over a database that `sql` makes. */
export class Service {
  #process = null

  constructor(sql) {
    this.folder = mkdtempSync(join(tmpdir(), 'deltalink-browser-'))
    this.change(`PRAGMA journal_mode = WAL; ${sql}`)
    this.run('track', '--all')
  }

  /** Changes the database from another process, as any program may. */
  change(sql) {
    const script = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=20); c.executescript(sys.argv[2]); c.close()'
    execFileSync('python3', ['-c', script, join(this.folder, 'it.db'), sql])
  }

  /** What the binary prints. */
  says(command, ...more) {
    return execFileSync(BINARY, [command, ...more], { cwd: this.folder, encoding: 'utf8' })
  }

  run(command, ...more) {
    execFileSync(BINARY, [command, ...more, '--database', 'sqlite:it.db'], { cwd: this.folder, stdio: ['ignore', 'ignore', 'inherit'] })
  }

  /** Writes a configuration, and gives the arguments that name it. */
  configured(toml) {
    const path = join(this.folder, 'deltalink.toml')
    writeFileSync(path, toml)
    return ['--config', path]
  }

  /** Serves; where it was before, if it was. */
  async start(...more) {
    const port = this.url ? new URL(this.url).port : '0'
    this.#process = spawn(BINARY, ['serve', '--database', 'sqlite:it.db', '--listen', `127.0.0.1:${port}`, ...more], { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] })
    const [, address] = await said(this.#process, this.#process.stderr, /(127\.0\.0\.1:\d+)/)
    this.url = `http://${address}/`
    return this
  }

  /** Ends it at once, as a crash would. */
  async kill() {
    await ended(this.#process, 'SIGKILL')
  }

  async close() {
    await ended(this.#process, 'SIGTERM')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The demonstration with its churn; resolves to what it prints. */
export async function demo() {
  const folder = mkdtempSync(join(tmpdir(), 'deltalink-browser-'))
  const process = spawn(BINARY, ['demo', '--churn', '--listen', '127.0.0.1:0'], { env: { ...globalThis.process.env, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'ignore'] })
  const [, url] = await said(process, process.stdout, /Open (http\S+) in a browser/)
  const close = async () => {
    await ended(process, 'SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, root: new URL('/', url).href, close }
}

/** Waits until a process has written what `pattern` describes. */
function said(process, stream, pattern) {
  return new Promise((resolve, reject) => {
    let text = ''
    stream.on('data', (part) => {
      text += part
      const found = pattern.exec(text)
      if (found) resolve(found)
    })
    process.once('exit', (code) => reject(new Error(`it ended with ${code}: ${text}`)))
  })
}

function ended(process, signal) {
  if (!process || process.exitCode !== null || process.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    process.once('exit', resolve)
    process.kill(signal)
  })
}

/** A door before `target` that lets nobody to the data who does not send `authorization`; `refused` counts those. */
export async function door(target, authorization, challenge) {
  const state = { refused: 0, urls: [] }
  const server = createServer((asked, answer) => {
    state.urls.push(asked.url)
    const data = asked.url.startsWith('/odata') && !/text\/html/.test(asked.headers.accept)
    if (data && asked.headers.authorization !== authorization) {
      state.refused += 1
      answer.writeHead(401, { 'WWW-Authenticate': challenge, 'Content-Type': 'application/json' })
      return answer.end('{"error":{"code":"Unauthorized","message":"A key is needed."}}')
    }
    const { hostname, port } = new URL(target)
    const passed = request({ hostname, port, path: asked.url, method: asked.method, headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers)
      got.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    answer.on('close', () => passed.destroy())
    return asked.pipe(passed)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const close = () => { server.closeAllConnections(); server.close() }
  return Object.assign(state, { url: `http://127.0.0.1:${server.address().port}/`, close })
}
