import { TieoutError } from '../../models/error.ts'

/** A `--port` as a number, or the default when it wasn't given. Throws `usage` for anything but 0 to 65535. */
export function portOf(flag: unknown, otherwise: number): number {
	if (flag === undefined) return otherwise
	const port = Number(flag)
	if (typeof flag === 'string' && /^\d{1,5}$/.test(flag) && port <= 65_535) return port
	throw new TieoutError('usage', 'usage.port', `--port is ${JSON.stringify(flag)}; expected a number from 0 to 65535`, {
		where: '--port',
		next: 'write a port such as 4000; 0 takes any free one',
	})
}
