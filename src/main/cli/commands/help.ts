import { defineCommand, jsonOption, type Command, type OptionDefinition } from '../command'
import { unknownWord } from '../nearest'
import { facts } from '../table'

/** The help, made of what the commands say about themselves. */
export function helpCommand(others: readonly Command[]): Command {
  const help: Command = defineCommand({
    name: 'help',
    summary: 'this text, or how one command is used',
    positionals: [{ name: 'COMMAND', help: 'a command', optional: true }],
    options: { json: jsonOption },
    async run({ installation }, _options, [name]) {
      const commands = [...others, help]
      if (name === undefined) {
        const document = { version: installation.version, commands: commands.map(descriptionOf) }
        return { exitCode: 0, document, text: overview(installation.version, commands) }
      }
      const command = commands.find((candidate) => candidate.name === name)
      if (!command)
        throw unknownWord(
          'command',
          name,
          commands.map((candidate) => candidate.name),
        )
      return { exitCode: 0, document: descriptionOf(command), text: usage(command) }
    },
  })
  return help
}

function overview(version: string, commands: readonly Command[]): string {
  return [
    `Collapsar ${version}: a lab workbench for low-dimensional structure in deep learning`,
    '',
    'collapsar COMMAND [options]',
    '',
    facts(commands.map(({ name, summary }) => [`  ${name}`, summary])),
    '',
    '"collapsar help COMMAND" lists the options of a command.',
    'Exit codes: 0 done, 1 a job or a claim failed, 2 the input was not acceptable.',
  ].join('\n')
}

function usage({ name, summary, positionals, options }: Command): string {
  const words = positionals.map(({ name: word, optional, repeats }) =>
    optional ? `[${word}]` : `${word}${repeats ? '…' : ''}`,
  )
  return [
    `collapsar ${[name, ...words].join(' ')} [options]: ${summary}`,
    '',
    facts([
      ...positionals.map((positional) => [`  ${positional.name}`, positional.help] as const),
      ...Object.entries(options).map(
        ([option, definition]) => [`  ${optionForm(option, definition)}`, definition.help] as const,
      ),
    ]),
  ].join('\n')
}

function optionForm(option: string, { placeholder, multiple }: OptionDefinition): string {
  return `--${option}${placeholder ? ` ${placeholder}` : ''}${multiple ? ' …' : ''}`
}

function descriptionOf({ name, summary, positionals, options }: Command) {
  return { name, summary, positionals, options }
}
