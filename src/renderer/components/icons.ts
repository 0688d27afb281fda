/** Stroked paths on a 20 × 20 grid; drawn for this workbench. */
export const icons = {
  library:
    'M3.5 4.5h5a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 0-1.5-1.5h-5zM16.5 4.5h-5A1.5 1.5 0 0 0 10 6v10a1.5 1.5 0 0 1 1.5-1.5h5z',
  design: 'M3 6h8M15 6h2M3 14h2M9 14h8M11 6a2 2 0 1 0 4 0a2 2 0 1 0-4 0M5 14a2 2 0 1 0 4 0a2 2 0 1 0-4 0',
  queue: 'M3 5h14M3 10h9M3 15h5M15 12.5v5M12.5 15h5',
  runs: 'M3 4h14v12H3zM3 8h14M8 8v8M3 12h14',
  compare: 'M3 15.5c3 0 4-9 7-9s3.5 5 7 5M3 12c3.5 0 4.5-6.5 7.5-6.5s3 8 6.5 8',
  settings:
    'M10 7.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6M10 2.5v2.2M10 15.3v2.2M2.5 10h2.2M15.3 10h2.2M4.7 4.7l1.5 1.5M13.8 13.8l1.5 1.5M4.7 15.3l1.5-1.5M13.8 6.2l1.5-1.5',
  adjust: 'M3 6h7M14 6h3M3 14h3M10 14h7M10 6a2 2 0 1 0 4 0a2 2 0 1 0-4 0M6 14a2 2 0 1 0 4 0a2 2 0 1 0-4 0',
  plus: 'M10 4.5v11M4.5 10h11',
  left: 'M12.5 5.5L8 10l4.5 4.5',
  right: 'M7.5 5.5L12 10l-4.5 4.5',
  expand: 'M11.5 3.5h5v5M8.5 16.5h-5v-5M16.5 3.5l-5.5 5.5M3.5 16.5L9 11',
  shrink: 'M16 9h-5V4M4 11h5v5M11 9l5.5-5.5M9 11l-5.5 5.5',
  table: 'M3.5 4.5h13v11h-13zM3.5 8h13M3.5 11.8h13M8.5 8v7.5',
  export: 'M10 3v9.5M6.5 9.5L10 13l3.5-3.5M3.5 13.5v3h13v-3',
  search: 'M8.8 3.5a5.3 5.3 0 1 0 0 10.6a5.3 5.3 0 1 0 0-10.6M12.8 12.8l4 4',
  close: 'M5 5l10 10M15 5L5 15',
  check: 'M4 10.5l4 4l8-9',
  cross: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  unknown: 'M5 10h10',
  up: 'M5.5 12.5L10 8l4.5 4.5',
  down: 'M5.5 7.5L10 12l4.5-4.5',
  last: 'M5 4.5l7 5.5l-7 5.5zM15 4.5v11',
  repeat: 'M4 8.5A6.3 6.3 0 0 1 15.6 7M16 11.5A6.3 6.3 0 0 1 4.4 13M15.8 3.5V7.2h-3.7M4.2 16.5v-3.7h3.7',
  stop: 'M5.5 5.5h9v9h-9z',
  bin: 'M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6M8.5 9v5M11.5 9v5',
} as const

export type IconName = keyof typeof icons
