import type { Command } from '../command'
import { analyse } from './analyse'
import { claims } from './claims'
import { demo } from './demo'
import { doctor } from './doctor'
import { exportFigures } from './export'
import { helpCommand } from './help'
import { list } from './list'
import { resume } from './resume'
import { run } from './run'
import { serve } from './serve'
import { show } from './show'

const working: readonly Command[] = [run, demo, list, show, resume, analyse, claims, exportFigures, doctor, serve]

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [...working, helpCommand(working)]
