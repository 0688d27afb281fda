import { parseArgs } from 'node:util'
import { LabError } from '#shared/errors'
import type { System } from '../core/system'
import type { Installation } from '../host/installation'
import type { OpenedService } from '../host/openService'
import { unknownWord } from './nearest'
import { toJson, type Terminal } from './terminal'

/** 0: done and, where there are claims, all hold. 1: a job or a claim failed. 2: the input was not acceptable. */
export type ExitCode = 0 | 1 | 2

export interface ServiceRequest {
  readonly project: string
  /** Jobs at a time. */
  readonly slots?: number
  /** Look only: works while the workbench has the project open. */
  readonly readOnly?: boolean
  /** Runs left interrupted go on by themselves, which is not what a command about other runs is for; true by default. */
  readonly resumes?: boolean
  /** Whether it writes to, and can read, the log of the workbench. */
  readonly keepsLog?: boolean
}

/** Everything a command touches is passed in. */
export interface CommandContext {
  readonly installation: Installation
  readonly systems: readonly System[]
  readonly terminal: Terminal
  /** Aborts when the person asks to stop. */
  readonly signal: AbortSignal
  /** The project that is used when none is named. */
  readonly defaultProject: string
  /** Processor cores of this machine. */
  readonly cores: number
  openService(request: ServiceRequest): Promise<OpenedService>
}

export interface OptionDefinition {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  /** What stands for its value in the help: FILE. */
  readonly placeholder?: string
  readonly help: string
}
type Options = Readonly<Record<string, OptionDefinition>>
type ParsedOptions<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>['values']

export interface Positional {
  readonly name: string
  readonly help: string
  readonly optional?: boolean
  /** The last one may be given several times. */
  readonly repeats?: boolean
}

interface CommandDescription<O extends Options> {
  readonly name: string
  readonly summary: string
  readonly positionals: readonly Positional[]
  readonly options: O
}

/** A command as the registry sees it: it describes itself for the help, and runs. */
export interface Command extends CommandDescription<Options> {
  execute(context: CommandContext, args: readonly string[]): Promise<ExitCode>
}

export const jsonOption = { type: 'boolean', help: 'one JSON document on stdout instead of text' } as const
export const projectOption = {
  type: 'string',
  placeholder: 'FILE.clps',
  help: 'project file (default: the one of the workbench)',
} as const

/** What a command found out, as a document and as text. A command that said everything while it ran has no text. */
export interface Result {
  readonly exitCode: ExitCode
  readonly document: unknown
  readonly text: string | null
}

/** Keeps the types of a command's own options while the registry sees only `Command`. */
export function defineCommand<const O extends Options>(
  description: CommandDescription<O> & {
    run(context: CommandContext, options: ParsedOptions<O>, positionals: readonly string[]): Promise<Result>
  },
): Command {
  return {
    ...description,
    async execute(context, args) {
      refuseUnknownOptions(description, args)
      const { values, positionals } = parse(description.options, args)
      checkPositionals(description, positionals)
      const { exitCode, document, text } = await description.run(context, values, positionals)
      const asJson = 'json' in values && values['json'] === true
      if (text !== null) await context.terminal.write(`${asJson ? toJson(document) : text}\n`)
      return exitCode
    },
  }
}

function parse<const O extends Options>(options: O, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (cause) {
    // Node's own words name the option and what is missing: "Option '--seed <value>' argument missing".
    throw new LabError('bad-input', `${LabError.from(cause).message.split('\n')[0]}.`, {}, { cause })
  }
}

function refuseUnknownOptions({ name, options }: CommandDescription<Options>, args: readonly string[]): void {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind === 'option' && !Object.hasOwn(options, token.name)) {
      const known = Object.keys(options).map((option) => `--${option}`)
      throw unknownWord(`option of "${name}":`, token.rawName, known)
    }
  }
}

function checkPositionals({ name, positionals }: CommandDescription<Options>, given: readonly string[]): void {
  const missing = positionals.find((positional, i) => !positional.optional && given[i] === undefined)
  if (missing) throw new LabError('bad-input', `${name}: ${missing.name} is missing (${missing.help}).`)
  const surplus = positionals.at(-1)?.repeats ? undefined : given[positionals.length]
  if (surplus !== undefined) {
    throw new LabError('bad-input', `${name}: "${surplus}" was not expected. See "collapsar help ${name}".`)
  }
}
