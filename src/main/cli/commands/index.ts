import type { Command } from '../command'
import { claims } from './claims'
import { compare } from './compare'
import { demo } from './demo'
import { doctor } from './doctor'
import { exportFigures } from './export'
import { helpCommand } from './help'
import { list } from './list'
import { run } from './run'
import { serve } from './serve'
import { show } from './show'

const working: readonly Command[] = [run, demo, list, show, claims, compare, exportFigures, doctor, serve]

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [...working, helpCommand(working)]
