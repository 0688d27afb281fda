import { extname } from 'node:path'
import { PROJECT_FILE_NAME } from '../host/defaultProject'

/**
 * The project that the application was started with: after `--project=`, or a project file as the desktop passes one
 * that was double-clicked. Null where none was named.
 */
export function projectArgument(argv: readonly string[]): string | null {
  const prefix = '--project='
  const named = argv.findLast((argument) => argument.startsWith(prefix))?.slice(prefix.length)
  const file = argv
    .slice(1)
    .find((argument) => !argument.startsWith('-') && extname(argument) === extname(PROJECT_FILE_NAME))
  return named ?? file ?? null
}
