import type { BackendDescription } from '../src/main/compute/backends/backend'
import { median, type BenchOptions, type Figure } from './benchmark'
import { TorchPeer } from './torchPeer'

const ROUNDS = 3
const SECONDS = 1

/** What one benchmark measures in one case. */
export interface Measured {
  readonly bench: string
  readonly described: Figure['case']
  readonly backend: BackendDescription
  /** 'steps' or 'products'. */
  readonly unit: string
  /** Calls a second, measured for about that long. */
  ours(seconds: number): Promise<number>
  /** What to ask of the peer, one request for each of its methods. */
  readonly requests: readonly (Readonly<Record<string, string | number>> & { readonly method: string })[]
  /** Measured in this process: what the program is compared with beside PyTorch. */
  readonly rivals?: readonly { readonly name: string; rate(seconds: number): number }[]
}

/** The peer when it is asked for and there; says so when it is not. */
export async function startPeer(script: string, options: BenchOptions): Promise<TorchPeer | null> {
  if (!options.peers) return null
  const peer = await TorchPeer.start(script)
  if (!peer) options.say('bench: no PyTorch for /usr/bin/python3 (Debian: apt install python3-torch).')
  return peer
}

/** Emits our rate, the peer's and their ratio; returns ours. Rounds alternate, so that a slower minute slows all of them alike. */
export async function measureBesidePeer(
  measured: Measured,
  peer: TorchPeer | null,
  options: BenchOptions,
): Promise<number> {
  const { bench, described, unit, requests, rivals = [] } = measured
  const { dtype, id, blas, threads } = measured.backend
  const others = [
    ...rivals.map(({ name, rate }) => ({ name, rate: async (seconds: number) => rate(seconds) })),
    ...(peer ? requests : []).map((request) => ({
      name: `PyTorch ${request.method}`,
      rate: async (seconds: number) => (await peer?.stepsPerSecond({ ...request, seconds })) ?? NaN,
    })),
  ]
  const ours: number[] = []
  const theirs = others.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await measured.ours(SECONDS))
    for (const [i, { rate }] of others.entries()) theirs[i]?.push(await rate(SECONDS))
  }
  const emit = (metric: string, value: number) =>
    options.emit({ bench, case: { ...described, dtype, backend: id, blas, threads }, metric, value })
  emit(`${unit} per second`, median(ours))
  for (const [i, { name }] of others.entries()) {
    const rate = median(theirs[i] ?? [])
    emit(`${name}, ${unit} per second`, rate)
    emit(`ratio to ${name}`, median(ours) / rate)
  }
  return median(ours)
}
