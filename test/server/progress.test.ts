import { expect, test } from 'vitest'
import { progressView } from '../../server/progress.ts'
import { styleOf } from '../../server/terminal.ts'

/** A terminal that understands what progress writes: lines, moving up, and clearing below. */
function terminal(columns = 80) {
	const lines: string[] = []
	const write = (text: string) => {
		for (const part of text.split(/(\u001B\[\d*[AJ])/)) {
			const up = /^\u001B\[(\d+)A$/.exec(part)
			if (up) lines.splice(lines.length - Number(up[1]))
			else if (part !== '\u001B[0J' && part !== '') lines.push(...part.replace(/\n$/, '').split('\n'))
		}
	}
	return { write, isTTY: true, columns, lines }
}

test('what is written after the end stays: the last drawing is the last', () => {
	const screen = terminal()
	const view = progressView(screen, styleOf(screen, { NO_COLOR: '1', LANG: 'C.UTF-8' }), { now: () => 0 })
	view.show({ type: 'step', name: 'extract' })
	view.show({ type: 'page', connection: 'crm', stream: 'accounts', rows: 94, pages: 1, total: null })
	view.end()
	const drawn = [...screen.lines]
	screen.write('published  generation 1\nnext: tieout status\n')
	view.end()
	view.show({ type: 'step', name: 'publish' })
	expect(drawn).not.toEqual([])
	expect(screen.lines).toEqual([...drawn, 'published  generation 1', 'next: tieout status'])
})
