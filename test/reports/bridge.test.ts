import { expect, test } from 'vitest'
import { type Bridge, bridgeFinding, bridgeRemainder, drawBridge } from '../../reports/bridge.ts'

const digits = (currency: string) => (currency === 'JPY' ? 0 : 2)

function bridge(steps: [string, string][], from = '1000.0000', to = '400.0000'): Bridge {
	return {
		period: 'October 2026',
		currency: 'USD',
		from: { title: 'Bookings', amount: from, href: '/from' },
		to: { title: 'Revenue', amount: to, href: '/to' },
		steps: steps.map(([code, amount]) => ({ code, title: code, amount, href: `/breaks?code=${code}` })),
	}
}

test('the picture of a small bridge', async () => {
	const svg = drawBridge(
		bridge([
			['timing', '700.0000'],
			['price', '-100.0000'],
			['unexplained', '0.0000'],
		]),
		digits,
	)
	await expect(svg.replaceAll('><', '>\n<')).toMatchFileSnapshot('../golden/reports/bridge.svg')
})

test('a break lowers the way from bookings to revenue, a negative one raises it', () => {
	const svg = drawBridge(
		bridge([
			['timing', '700.0000'],
			['price', '-100.0000'],
		]),
		digits,
	)
	expect(svg).toContain('▼ 700.00')
	expect(svg).toContain('▲ 100.00')
	expect(svg).toContain('aria-label="timing lowers by 700.00 USD"')
	expect(svg).toContain('aria-label="price raises by 100.00 USD"')
})

test('a step of zero is left out, but unexplained is always drawn, hatched', () => {
	const svg = drawBridge(
		bridge(
			[
				['timing', '0.0000'],
				['unexplained', '0.0000'],
			],
			'5.00',
			'5.00',
		),
		digits,
	)
	expect(svg).not.toContain('>timing<')
	expect(svg).toContain('>unexplained<')
	expect(svg).toContain('fill="url(#hatch)"')
})

test('the picture needs no inline style and says its finding', () => {
	const svg = drawBridge(bridge([['timing', '600.0000']]), digits)
	expect(svg).not.toMatch(/<style|style=/)
	expect(svg).toContain('role="img"')
	expect(svg).toContain('aria-label="October 2026: bookings 600.00 USD above revenue; timing is the largest step"')
})

test('the finding names the side that is larger, and agreement to the cent', () => {
	expect(bridgeFinding(bridge([['price', '-50.0000']], '100.0000', '150.0000'), digits)).toBe(
		'October 2026: bookings 50.00 USD below revenue; price is the largest step',
	)
	expect(bridgeFinding(bridge([], '100.0000', '100.0000'), digits)).toBe(
		'October 2026: bookings and revenue agree to the cent, 100.00 USD',
	)
})

test('steps that do not add up leave a remainder', () => {
	expect(bridgeRemainder(bridge([['timing', '600.0000']]))).toBe('0.0000')
	expect(bridgeRemainder(bridge([['timing', '599.9900']]))).toBe('0.0100')
})

test('a month without anything is drawn without failing', () => {
	expect(drawBridge(bridge([['unexplained', '0']], '0', '0'), digits)).toContain('<svg')
})
