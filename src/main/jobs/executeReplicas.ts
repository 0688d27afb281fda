import { LabError } from '#shared/errors'
import type { RunOutcome } from '#shared/outcome'
import { keptSteps } from '#shared/spec'
import { version } from '../../../package.json'
import { createBackend } from '../compute/backends/select'
import { random } from '../compute/rng/random'
import type { Model } from '../core/model'
import type { Resources, System, TrainingRecipe } from '../core/system'
import { probeById } from '../probes/registry'
import { systemById } from '../systems/registry'
import type { Replica } from '../train/replica'
import { ReplicatedTraining } from '../train/replicatedTraining'
import { runParams } from './matrixParams'
import { isLook, lookAt, lossOf, measureAll, restOf, type Measuring } from './measuring'
import { costsOf, MeasuringCosts } from './measuringCosts'
import { Pace, TURN_MS } from './pace'
import { ProbePlan } from './probePlan'
import { RunClock } from './runClock'
import type { Task } from './serveJob'
import { StateKeeper, type SaveState } from './stateKeeper'

/**
 * Several runs of one shape as one program. Each goes through the same numbers, records, log entries and outcome as in
 * `executeRun`, to the bit, whatever becomes of the others: it stops, diverges, fails and is cancelled by itself.
 *
 * The runs have to agree in everything but their seed and the parameters that their system names in `perReplica`, and go
 * on from the same step; a run that cannot be made ends as failed and the others train without it.
 */
export async function executeReplicas(tasks: readonly Task[], resources: Resources): Promise<void> {
  const [first] = tasks
  if (!first) return
  const system = systemById(first.spec.system)
  const members = tasks.flatMap((task) => prepared(task, system, resources) ?? [])
  const [leader] = members
  if (!leader) return
  const backend = await createBackend(first.spec.backend)
  try {
    const { recipe, model } = leader
    const data = system.data(leader.params, resources)
    const training = new ReplicatedTraining({
      model,
      data,
      backend,
      replicas: members.map(({ replica }) => replica),
      batchSize: recipe.batchSize,
      ...(recipe.freshSamples && { freshSamples: recipe.freshSamples }),
      sharedOrder: null,
    })
    try {
      const { blas, threads, device } = backend.description
      for (const { task } of members) {
        const own = { seed: task.spec.seed, replicas: members.length }
        task.onStart({ version, backend: backend.id, dtype: backend.dtype, blas, threads, device, ...own })
      }
      await new ReplicaExecution(training, members, recipe, system, data.train.targets.cols).run()
    } finally {
      training.dispose()
    }
  } finally {
    backend.dispose()
  }
}

interface Member {
  readonly task: Task
  readonly params: ReturnType<typeof runParams>
  readonly model: Model
  readonly recipe: TrainingRecipe
  readonly replica: Replica
}

/** Null for a run whose parameters make no model or no initial values: it has ended then. */
function prepared(task: Task, system: System, resources: Resources): Member | null {
  const { spec, ended } = task
  try {
    const params = runParams(system, spec, resources)
    const model = system.model(params)
    const recipe = system.training(params)
    const root = random(spec.seed, 'run')
    const replica: Replica = {
      initial: system.initial(params, root.derive('initial')),
      learningRate: recipe.learningRate,
      optimiser: recipe.optimiser,
      weightDecays: model.parameters.map(({ weightDecay }) => weightDecay),
      random: root.derive('training'),
      seed: spec.seed,
    }
    return { task, params, model, recipe, replica }
  } catch (thrown) {
    ended({ status: 'failed', error: LabError.from(thrown).toData() })
    return null
  }
}

/** One run while it trains with the others. */
interface Running {
  readonly index: number
  readonly task: Task
  readonly states: StateKeeper
  readonly clock: RunClock
  lastFiniteLoss: number
}

class ReplicaExecution {
  readonly #plan: ProbePlan
  readonly #costs: MeasuringCosts
  readonly #pace: Pace
  readonly #from: number
  #running: Running[]
  #stepsPerTurn = 1

  constructor(
    readonly training: ReplicatedTraining,
    readonly members: readonly Member[],
    readonly recipe: TrainingRecipe,
    readonly system: System,
    samples: number,
  ) {
    const { spec, resume, until } = members[0]!.task
    this.#from = resume?.checkpoint.step ?? -1
    const probes = (spec.probes ?? system.probes).map(probeById).filter((probe) => probe.applies(members[0]!.model))
    this.#plan = new ProbePlan(spec, probes, recipe.steps, restOf(until, recipe.steps))
    this.#costs = new MeasuringCosts(this.#plan, this.#from)
    this.#pace = new Pace({
      steps: recipe.steps,
      from: Math.max(this.#from, 0),
      before: resume?.trainedSeconds ?? 0,
      costs: this.#costs,
      runs: () => this.#running.length,
      report: (progress) => {
        for (const { task } of this.#running) task.onProgress(progress)
      },
    })
    this.#running = members.map(({ task, recipe: own }, index) => ({
      index,
      task,
      states: this.#keeperOf(index, task),
      clock: new RunClock(own, samples, task.resume?.trainedSeconds),
      lastFiniteLoss: task.resume?.lastFiniteLoss ?? NaN,
    }))
    this.#resume()
  }

  /** Resolves when every run has ended. */
  async run(): Promise<void> {
    for (const running of this.#running.filter(({ task }) => !task.resume)) {
      running.lastFiniteLoss = await lossOf(await this.training.snapshot(running.index))
    }
    for (const target of this.#plan.after(this.#from)) {
      await this.#trainTo(target)
      this.#costs.begin(target, this.#running.length)
      for (const running of this.#running) await this.#measure(running, target === this.recipe.steps)
      await this.#pace.turn(this.training.step, true)
      await this.#attend()
      if (this.#running.length === 0) return
    }
    for (const running of this.#running) {
      const rests = this.#plan.rest !== null
      if (rests) await running.states.saveWhenDue(saver(running), true)
      this.#end(running, { status: rests ? 'rested' : 'completed', step: this.training.step })
    }
  }

  #keeperOf(index: number, { spec }: Task): StateKeeper {
    const { training } = this
    const state = {
      get step() {
        return training.stepOf(index)
      },
      async checkpoint() {
        const [checkpoint] = await training.checkpoints([index])
        if (!checkpoint) throw new LabError('internal', `Replica ${index} has no state.`)
        return checkpoint
      },
    }
    return new StateKeeper(state, keptSteps(spec, this.recipe.steps), spec.checkpoints.resumeSeconds)
  }

  #resume(): void {
    const points = this.members.map(({ task }) => task.resume)
    if (points.every((point) => !point)) return
    const checkpoints = points.flatMap((point) => point?.checkpoint ?? [])
    const steps = new Set(checkpoints.map(({ step }) => step))
    if (checkpoints.length < points.length || steps.size > 1) {
      throw new LabError(
        'internal',
        `Runs that stand at different steps (${[...steps].join(', ')}) do not train together.`,
      )
    }
    this.training.resume(checkpoints)
    for (const { task } of this.members) {
      task.sink.log({ level: 'info', message: `Resumed at step ${this.training.step}.` })
    }
  }

  /** Steps up to the next record point or the next look of the stop rule, in turns that leave room for other work. */
  async #trainTo(target: number): Promise<void> {
    const { training, recipe } = this
    const every = recipe.stop?.every ?? Infinity
    while (training.step < target && this.#running.length > 0) {
      const toLook = every - (training.step % every)
      const started = performance.now()
      const steps = Math.min(target - training.step, toLook, this.#stepsPerTurn)
      training.advance(steps)
      const milliseconds = Math.max(performance.now() - started, 1e-3)
      this.#stepsPerTurn = Math.max(1, Math.min(10_000, Math.floor((steps * TURN_MS) / 2 / milliseconds)))
      if (isLook(training.step, recipe.stop)) await this.#look()
      if (!(await this.#pace.turn(training.step))) continue
      // At the target itself, not everything up to this step was measured.
      if (training.step === target) continue
      await this.#attend()
      for (const running of this.#running) await running.states.saveWhenDue(saver(running), false)
    }
  }

  async #look(): Promise<void> {
    for (const running of this.#running) {
      const { index, task } = running
      const found = await lookAt(await this.training.snapshot(index), this.recipe.stop, task.sink)
      if (found === 'converged') await this.#measure(running, true)
      if (found === 'diverged') this.#diverge(running)
    }
    await this.training.compact()
  }

  /** Measures a run; the last time it also ends. */
  async #measure(running: Running, isLast: boolean): Promise<void> {
    const { index, task, states } = running
    try {
      const snapshot = await this.training.snapshot(index, isLast)
      const loss = await measureAll(snapshot, this.#measuringOf(running))
      this.#costs.finishOne()
      if (loss === null) return this.#diverge(running)
      running.lastFiniteLoss = loss
      await this.#pace.turn(this.training.step)
      await states.saveWhenKept(isLast, saver(running), task.signal.aborted)
      task.signal.throwIfAborted()
      if (isLast) this.#end(running, { status: 'completed', step: this.training.step })
    } catch (thrown) {
      if (task.signal.aborted) this.#end(running, { status: 'cancelled', step: this.training.step })
      else this.#end(running, { status: 'failed', error: LabError.from(thrown).toData() })
    }
  }

  #measuringOf({ index, task: { sink, signal }, clock }: Running): Measuring {
    const predictions = () => this.system.theory(this.members[index]!.params)
    return { plan: this.#plan, costs: this.#costs, clock, sink, signal, predictions }
  }

  /** Ends those that a person has cancelled or paused meanwhile, with the states they can be resumed from. */
  async #attend(): Promise<void> {
    for (const running of this.#running.filter(({ task }) => task.signal.aborted || task.pause?.aborted)) {
      await running.states.saveWhenDue(saver(running), true)
      const status = running.task.signal.aborted ? 'cancelled' : 'rested'
      this.#end(running, { status, step: this.training.step })
    }
    await this.training.compact()
  }

  #diverge(running: Running): void {
    this.#end(running, { status: 'diverged', step: this.training.step, lastFiniteLoss: running.lastFiniteLoss })
  }

  #end(running: Running, outcome: RunOutcome): void {
    if (outcome.status === 'completed') {
      const steps = outcome.step - Math.max(this.#from, 0)
      running.task.onCosts?.(
        costsOf(this.#costs, this.members[running.index]!.model, this.#pace.trainingSeconds, steps),
      )
    }
    this.training.stop(running.index)
    this.#running = this.#running.filter((other) => other !== running)
    running.task.ended(outcome)
  }
}

function saver({ task, lastFiniteLoss, clock }: Running): SaveState {
  return (checkpoint, kept) => task.onCheckpoint?.({ checkpoint, lastFiniteLoss, trainedSeconds: clock.seconds }, kept)
}
