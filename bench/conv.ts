import type { Backend, Dtype } from '../src/main/compute/backends/backend'
import { createBackend } from '../src/main/compute/backends/select'
import { Graph } from '../src/main/compute/graph/graph'
import { sizeOf, type Node } from '../src/main/compute/graph/node'
import * as ops from '../src/main/compute/graph/ops'
import { grad } from '../src/main/compute/graph/transforms'
import { compile, type Program } from '../src/main/compute/program/compile'
import { Workspace } from '../src/main/compute/program/workspace'
import { random } from '../src/main/compute/rng/random'
import { callsPerSecond, type Benchmark, type BenchOptions } from './benchmark'
import { measureBesidePeer, startPeer } from './besidePeers'
import type { TorchPeer } from './torchPeer'

const [BATCH, RATE, CLASSES] = [128, 0.05, 10]
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

/** One step of gradient descent on the mean cross-entropy of a batch; its values do not matter for speed. */
export function convStep(backend: Backend): Program {
  const graph = new Graph()
  const workspace = new Workspace(backend)
  const draw = random(0, 'conv')
  const given = (name: string, shape: readonly number[], scale: number): Node => {
    const node = graph.input(name, shape)
    workspace.write(
      node,
      draw.derive(name).normal(sizeOf(shape)).map((value) => value * scale), // prettier-ignore
    )
    return node
  }
  const images = given('images', [BATCH, 1, 8, 8], 1)
  const targets = graph.input('targets', [CLASSES, BATCH])
  workspace.write(
    targets,
    Float64Array.from({ length: CLASSES * BATCH }, (_, at) => (Math.floor(at / BATCH) === at % CLASSES ? 1 : 0)),
  )
  const parameters = {
    w1: given('w1', [16, 1, 3, 3], 0.3),
    b1: given('b1', [16], 0),
    w2: given('w2', [32, 16, 3, 3], 0.1),
    b2: given('b2', [32], 0),
    w3: given('w3', [CLASSES, 128], 0.1),
    b3: given('b3', [CLASSES], 0),
  }
  const { w1, b1, w2, b2, w3, b3 } = parameters
  const features = ops.reshape(convLayer(convLayer(images, w1, b1), w2, b2), [BATCH, 128])
  const logits = ops.add(ops.matmul(w3, features, { transposeB: true }), ops.repeat(b3, 1, BATCH))
  const loss = ops.scale(ops.softmaxCrossEntropy(logits, targets), 1 / BATCH)
  const trained = Object.values(parameters)
  const gradients = grad(loss, trained)
  const updates = trained.flatMap((target, i) => {
    const source = gradients[i]
    return source ? [{ target, source, keep: 1, scale: -RATE }] : []
  })
  return compile(workspace, { updates })
}

/** relu(x ⋆ w + b), pooled 2 × 2. */
function convLayer(x: Node, w: Node, b: Node): Node {
  const product = ops.conv2d(x, w, { padding: 1 })
  const [samples = 0, , height = 0, width = 0] = product.shape
  const bias = ops.repeat(ops.repeat(ops.repeat(b, 1, height), 2, width), 0, samples)
  return ops.maxPool(ops.relu(ops.add(product, bias)), 2)
}
