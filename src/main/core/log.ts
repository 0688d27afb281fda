export type LogLevel = 'info' | 'warning' | 'error'

/** Where the application tells what it did, for whoever looks for the cause of a trouble. */
export interface Log {
  write(level: LogLevel, text: string): void
}

/** For processes without a log file: only errors, on the terminal. */
export const terminalLog: Log = {
  write(level, text) {
    if (level === 'error') console.error(text)
  },
}
