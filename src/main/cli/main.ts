import { LabError } from '#shared/errors'
import type { Command, CommandContext, ExitCode } from './command'
import { unknownWord } from './nearest'
import { toJson } from './terminal'

/** Runs one command line. Whatever goes wrong ends in a message and an exit code, never in a stack trace. */
export async function main(
  commands: readonly Command[],
  args: readonly string[],
  context: CommandContext,
): Promise<ExitCode> {
  try {
    const [name, rest] = commandOf(args)
    const command = commands.find((candidate) => candidate.name === name)
    if (!command)
      throw unknownWord(
        'command',
        name,
        commands.map((candidate) => candidate.name),
      )
    return await command.execute(context, rest)
  } catch (thrown) {
    const error = LabError.from(thrown)
    const isDefect = error.code === 'internal'
    context.terminal.note(`collapsar: ${error.message}\n${isDefect ? `This is a defect of Collapsar.\n` : ''}`)
    if (args.includes('--json')) await context.terminal.write(`${toJson({ error: error.toData() })}\n`)
    return isDefect ? 1 : 2
  }
}

/** `--help` anywhere asks for the help of the command it stands by. */
function commandOf(args: readonly string[]): [name: string, rest: readonly string[]] {
  const [first, ...rest] = args
  if (first === undefined || first === '--help' || first === '-h') return ['help', rest]
  if (rest.includes('--help') || rest.includes('-h')) return ['help', [first]]
  return [first, rest]
}
