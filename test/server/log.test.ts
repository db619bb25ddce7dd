import { expect, test } from 'vitest'
import { TieoutError } from '../../models/error.ts'
import { errorDocument, errorLines, exitCodeOf, httpStatusOf } from '../../server/errors.ts'
import { createLog, keepSecret, redact } from '../../server/log.ts'

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown> {
	let text = ''
	const destination = {
		write: (line: string) => {
			text += line
		},
	}
	write(createLog({}, { destination }))
	return JSON.parse(text)
}

test('secrets never reach the log, whichever way they come', () => {
	keepSecret('s3cr3t-of-the-crm')
	const line = logged((log) =>
		log.info(
			{
				client_secret: 'anything',
				nested: { refresh_token: 'x', rows: 3 },
				url: 'https://ana:hunter2@example.com/x?client_secret=abc&page=2',
				error: new Error('the vendor said s3cr3t-of-the-crm is wrong', { cause: new Error('Bearer abcdefghijkl') }),
			},
			'login with s3cr3t-of-the-crm failed',
		),
	)
	expect(JSON.stringify(line)).not.toMatch(/s3cr3t|hunter2|abcdefghijkl|anything|=abc/)
	expect(line).toMatchObject({
		level: 'info',
		client_secret: '[redacted]',
		nested: { refresh_token: '[redacted]', rows: 3 },
		msg: 'login with [redacted] failed',
	})
})

test('a private key is cut out of any text, also after another one was remembered', () => {
	keepSecret('-----BEGIN PRIVATE KEY-----\nMIIEother\n-----END PRIVATE KEY-----')
	expect(redact('key: -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- end')).toBe(
		'key: [redacted key] end',
	)
})

test('every kind of error has its exit code and HTTP status, and one shape', () => {
	const error = new TieoutError('usage', 'usage.port', '--port is "x"', {
		where: '--port',
		allowed: ['4000'],
		next: 'write 4000',
	})
	expect(errorDocument(error)).toEqual({
		error: { code: 'usage.port', message: '--port is "x"', where: '--port', allowed: ['4000'], next: 'write 4000' },
	})
	expect([exitCodeOf(error), httpStatusOf(error)]).toEqual([2, 400])
	expect([exitCodeOf(new Error('x')), httpStatusOf(new Error('x'))]).toEqual([3, 500])
	expect(errorLines(error)).toEqual(['--port is "x"', 'allowed: 4000', 'next: write 4000'])
})
