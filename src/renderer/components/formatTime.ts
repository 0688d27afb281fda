/** '2026-11-22 14:05' in local time: sorts as it reads. */
export function formatTime(milliseconds: number): string {
  const date = new Date(milliseconds)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
