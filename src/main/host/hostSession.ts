import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Names of this machine's own interface. A tunnel changes the port, so any port will do; the name may not change. */
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Who may talk to the loopback host: whoever was given the printed address, from a page that this host served.
 * Any other program or web page on the machine reaches the port as well, hence the three checks.
 */
export class HostSession {
  /** In the printed address; exchanged for the cookie on the first visit. */
  readonly token = randomBytes(32).toString('base64url')
  private readonly secret = randomBytes(32).toString('base64url')

  /** The name carries the port: cookies of one machine are shared by all its ports. */
  constructor(private readonly cookieName: string) {}

  /** Against DNS rebinding: a foreign name that resolves to 127.0.0.1 still stands in the Host header. */
  hasOwnHost(request: IncomingMessage): boolean {
    const name = /^([a-z0-9.]+|\[::1\])(?::\d{1,5})?$/i.exec(request.headers.host ?? '')?.[1]
    return name !== undefined && LOOPBACK_NAMES.has(name.toLowerCase())
  }

  /** Against other pages, other ports of this machine included: cookies alone do not tell ports apart. */
  hasOwnOrigin(request: IncomingMessage): boolean {
    return request.headers.origin === `http://${request.headers.host}`
  }

  accepts(token: string): boolean {
    return equalInConstantTime(token, this.token)
  }

  hasCookie(request: IncomingMessage): boolean {
    return (request.headers.cookie ?? '').split(';').some((pair) => {
      const [name, value] = pair.trim().split('=')
      return name === this.cookieName && equalInConstantTime(value ?? '', this.secret)
    })
  }

  cookie(): string {
    return `${this.cookieName}=${this.secret}; HttpOnly; SameSite=Strict; Path=/`
  }
}

/** Of hashes, because the comparison needs equal lengths and must not tell the length either. */
function equalInConstantTime(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}
