import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

/**
 * Takes the pictures of the documentation from a running demo; no part of `npm test`. Needs Chromium with fonts for all names
 * (Debian: `apt-get install chromium fonts-noto-cjk`).
 *
 *     tieout demo --once && tieout serve --project <demo> --port 4000
 *     node server/launcher.js --script test/pictures/take.ts [--from http://127.0.0.1:4000] [--chromium /usr/bin/chromium]
 */
const pictures = [{ file: 'month.png', address: '/month/2026-10', width: 1280, height: 800 }]

/** A picture that is larger makes the README slow to read, in bytes. */
const largest = 300_000

const folder = path.join(import.meta.dirname, '..', '..', 'docs', 'images')

const { values } = parseArgs({
	options: {
		from: { type: 'string', default: 'http://127.0.0.1:4000' },
		chromium: { type: 'string', default: '/usr/bin/chromium' },
	},
})
if (!existsSync(values.chromium))
	throw new Error(`${values.chromium} is not there; install Chromium or name it: --chromium <path>`)
const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] })
try {
	for (const picture of pictures) await take(browser, picture)
} finally {
	await browser.close()
}

async function take(browser: Browser, { file, address, width, height }: (typeof pictures)[number]): Promise<void> {
	const page = await browser.newPage({ viewport: { width, height }, colorScheme: 'light', timezoneId: 'UTC' })
	const response = await page.goto(new URL(address, values.from).href)
	if (response?.status() !== 200) throw new Error(`${values.from}${address} answers ${response?.status()}`)
	const target = path.join(folder, file)
	await page.screenshot({ path: target })
	await page.close()
	const { size } = statSync(target)
	if (size > largest) throw new Error(`${target} has ${size} bytes, more than ${largest}`)
}
