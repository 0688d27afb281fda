// Runs in the page, before its own code: measures where a person would, at the socket, at the frames and at the keys.
globalThis.bench = (() => {
  const answers = []
  const asked = new Map()
  const headerOf = (data) => {
    const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength)
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true)
    return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)).replace(/\0+$/, ''))
  }
  const send = WebSocket.prototype.send
  const heard = new WeakSet()
  WebSocket.prototype.send = function (data) {
    if (!heard.has(this)) {
      heard.add(this)
      this.addEventListener('message', ({ data: reply }) => {
        const end = performance.now()
        const { id } = headerOf(reply)
        const question = asked.get(id)
        asked.delete(id)
        if (question) answers.push({ ...question, ms: end - question.start })
      })
    }
    const { id, method } = headerOf(data)
    asked.set(id, { method, start: performance.now() })
    return send.call(this, data)
  }

  const frame = () => new Promise((next) => requestAnimationFrame(next))
  const patienceMs = 30_000
  /** Shorter than the pause after typing. */
  const pauseMs = 100
  const until = async (isTrue) => {
    const start = performance.now()
    while (!isTrue()) {
      if (performance.now() - start > patienceMs) throw new Error(`${isTrue} did not come about in ${patienceMs} ms`)
      await frame()
    }
  }
  const scroller = () => document.querySelector('.scroller')
  const missingInSight = () => {
    const { top, bottom } = scroller().getBoundingClientRect()
    const lines = [...document.querySelectorAll('tr[data-index]')]
    const boxes = lines.map((line) => ({ line, box: line.getBoundingClientRect() }))
    const inSight = boxes.filter(({ box }) => box.bottom > top + 28 && box.top < bottom)
    const covered = inSight.reduce((sum, { box }) => sum + box.height, 0)
    // A row that is not drawn at all is as blank as one without its values.
    return inSight.some(({ line }) => line.hasAttribute('data-missing')) || covered < bottom - top - 28 - 16
  }
  const firstRows = () => document.querySelector('tr[data-index]:not([data-missing])') !== null

  return {
    answers,
    keys: [],
    async openRuns() {
      const start = performance.now()
      location.hash = '#/runs'
      await until(firstRows)
      await frame()
      return performance.now() - start
    },
    /** From the last key to the new rows, the pause after typing included, and the service's part of it. */
    async filter(line, method) {
      const input = document.querySelector('input[role=combobox]')
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, line)
      const start = performance.now()
      input.dispatchEvent(new Event('input', { bubbles: true }))
      // Pages that were asked ahead for the line before may still come in.
      const own = () => answers.find((answer) => answer.method === method && answer.start >= start + pauseMs)
      await until(own)
      await frame()
      await frame()
      return { painted: performance.now() - start, answer: own().ms }
    },
    /** `speed` in px a frame for some seconds, downwards. */
    async scroll(speed, seconds) {
      const place = scroller()
      place.scrollTop = 0
      await until(() => !missingInSight())
      const start = performance.now()
      let [frames, missing, longest, last] = [0, 0, 0, start]
      while (performance.now() - start < seconds * 1000) {
        place.scrollTop += speed
        const now = await frame()
        longest = Math.max(longest, now - last)
        last = now
        frames++
        if (missingInSight()) missing++
      }
      const rowsPerSecond = place.scrollTop / 28 / ((performance.now() - start) / 1000)
      return { frames, missing, longest, rowsPerSecond }
    },
    async jump() {
      const start = performance.now()
      scroller().scrollTop = scroller().scrollHeight
      await frame()
      await until(() => !missingInSight())
      return performance.now() - start
    },
    watchKeys() {
      const { keys } = globalThis.bench
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (entry.name === 'keydown') keys.push(entry.duration)
      }).observe({ type: 'event', durationThreshold: 16, buffered: false })
      let pressed = 0
      addEventListener('keydown', () => pressed++, true)
      globalThis.bench.pressed = () => pressed
    },
  }
})()
