/** Whom an address stands for: itself, or the /64 of an IPv6 address, of which one customer has a whole one. */
export function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip
  const [head = '', tail = ''] = ip.split('::')
  const groupsOf = (text: string) => (text === '' ? [] : text.split(':'))
  const known = [groupsOf(head), groupsOf(tail)].flat().length
  const zeros = Array<string>(Math.max(0, 8 - known)).fill('0')
  return [...groupsOf(head), ...zeros, ...groupsOf(tail)].slice(0, 4).join(':')
}
