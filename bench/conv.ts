import type { Backend, Dtype } from '../src/main/compute/backends/backend'
import { createBackend } from '../src/main/compute/backends/select'
import type { Node } from '../src/main/compute/graph/node'
import * as ops from '../src/main/compute/graph/ops'
import type { Program } from '../src/main/compute/program/compile'
import { callsPerSecond, type Benchmark, type BenchOptions } from './benchmark'
import { measureBesidePeer, startPeer } from './besidePeers'
import type { TorchPeer } from './torchPeer'
import { Workload } from './workload'

const [BATCH, CLASSES] = [128, 10]
const BACKENDS = [
  { dtype: 'float32', blas: 'auto' },
  { dtype: 'float32', blas: 'embedded' },
  { dtype: 'float64', blas: 'auto' },
] as const satisfies readonly { dtype: Dtype; blas: string }[]

/** Training steps per second of a conv net of two layers on batches of 8 × 8 images. */
export const conv: Benchmark = {
  name: 'conv',
  summary: 'training steps per second of a small conv net on 8 × 8 images; --peers: beside PyTorch',
  async run(options) {
    const peer = await startPeer('torch_conv.py', options)
    for (const chosen of BACKENDS) {
      const backend = await createBackend({ id: 'cpu', ...chosen })
      await measure(backend, peer, options)
      backend.dispose()
    }
    peer?.close()
  },
}

async function measure(backend: Backend, peer: TorchPeer | null, options: BenchOptions): Promise<void> {
  const program = convStep(backend)
  const described = { layers: 'conv 16, conv 32, head', batch: BATCH }
  const requests = ['eager', 'channels-last'].map((method) => ({ method, batch: BATCH, dtype: backend.dtype }))
  const ours = async (seconds: number) => callsPerSecond(() => program.run(), seconds)
  const measured = { bench: 'conv', described, backend: backend.description, unit: 'steps', ours, requests }
  await measureBesidePeer(measured, peer, options)
  program.dispose()
}

/** One step of gradient descent on the mean cross-entropy of a batch. */
export function convStep(backend: Backend): Program {
  const work = new Workload(backend)
  const images = work.given('images', [BATCH, 1, 8, 8], 1)
  const [w1, b1] = [work.given('w1', [16, 1, 3, 3], 0.3), work.given('b1', [16], 0)]
  const [w2, b2] = [work.given('w2', [32, 16, 3, 3], 0.1), work.given('b2', [32], 0)]
  const [w3, b3] = [work.given('w3', [CLASSES, 128], 0.1), work.given('b3', [CLASSES], 0)]
  const features = ops.reshape(convLayer(convLayer(images, w1, b1), w2, b2), [BATCH, 128])
  const logits = ops.add(ops.matmul(w3, features, { transposeB: true }), ops.repeat(b3, 1, BATCH))
  return work.step(work.crossEntropy(logits), [w1, b1, w2, b2, w3, b3])
}

/** relu(x ⋆ w + b), pooled 2 × 2. */
function convLayer(x: Node, w: Node, b: Node): Node {
  const product = ops.conv2d(x, w, { padding: 1 })
  const [samples = 0, , height = 0, width = 0] = product.shape
  const bias = ops.repeat(ops.repeat(ops.repeat(b, 1, height), 2, width), 0, samples)
  return ops.maxPool(ops.relu(ops.add(product, bias)), 2)
}
